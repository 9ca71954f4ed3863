using System.Globalization;
using System.Text;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>English for the parts of a rule that are not grammar: names, literals, lists, plurals.</summary>
internal static class Words
{
    private const int ShownCharacters = 60;

    private static readonly string[] Units = ["minute", "hour", "day", "week", "month", "year"];

    /// <summary><c>lifetime_spend</c> becomes "lifetime spend"; a name without any letter or digit is quoted.</summary>
    public static string Name(string name)
    {
        if (name == "at")
        {
            return "time";
        }

        var text = new StringBuilder(name.Length);
        foreach (char c in name.Length <= ShownCharacters ? name : name[..ShownCharacters])
        {
            if (char.IsLetterOrDigit(c))
            {
                text.Append(c);
            }
            else if (text.Length > 0 && text[^1] != ' ')
            {
                text.Append(' ');
            }
        }

        string words = text.ToString().Trim();
        return words.Length == 0 ? Quoted(name) : words;
    }

    public static string Literal(Value value) => value.Type switch
    {
        DataType.Text => value.AsText().Length == 0 ? "an empty text" : Quoted(value.AsText()),
        DataType.Time => value.AsTime().UtcDateTime.ToString(
            value.AsTime().Ticks % TimeSpan.TicksPerMinute == 0 ? "yyyy-MM-dd HH:mm 'UTC'" : "yyyy-MM-dd HH:mm:ss.FFFFFFF 'UTC'", CultureInfo.InvariantCulture),
        _ => value.ToString(),
    };

    public static string Duration(DurationExpression duration) =>
        $"{duration.Amount.ToString(CultureInfo.InvariantCulture)} {Units[(int)duration.Unit]}{(duration.Amount == 1 ? "" : "s")}";

    /// <summary>What follows "in the last".</summary>
    public static string Window(DurationExpression duration) => duration.Amount == 1 ? Units[(int)duration.Unit] : Duration(duration);

    /// <summary>"a, b and c".</summary>
    public static string Join(IEnumerable<string> parts, string last)
    {
        string[] all = [.. parts];
        return all.Length <= 1 ? string.Concat(all) : $"{string.Join(", ", all[..^1])} {last} {all[^1]}";
    }

    public static string Article(string noun) => noun.Length > 0 && "aeiouAEIOU".Contains(noun[0], StringComparison.Ordinal) ? "an" : "a";

    public static string Plural(string noun)
    {
        bool hisses = noun.EndsWith('s') || noun.EndsWith('x') || noun.EndsWith('z') || noun.EndsWith("ch", StringComparison.Ordinal) || noun.EndsWith("sh", StringComparison.Ordinal);
        bool turns = noun.Length > 1 && noun[^1] == 'y' && !"aeiou".Contains(noun[^2], StringComparison.Ordinal);
        return turns ? noun[..^1] + "ies" : hisses ? noun + "es" : noun + "s";
    }

    // One line, and no quotation mark inside that would end it.
    private static string Quoted(string text)
    {
        var shown = new StringBuilder("“");
        int length = Math.Min(text.Length, ShownCharacters);
        length -= length < text.Length && char.IsHighSurrogate(text[length - 1]) ? 1 : 0;
        foreach (char c in text.AsSpan(0, length))
        {
            shown.Append(c is '“' or '”' ? '\'' : char.IsControl(c) ? ' ' : c);
        }

        return shown.Append(length < text.Length ? "…”" : "”").ToString();
    }
}
