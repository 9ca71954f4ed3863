using CustomerInsights.Core.Rules;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>What names may look like, and the nearest known one to a wrong one.</summary>
internal static class Names
{
    /// <summary>A definition's name: 1 to 100 letters, digits, <c>_ - .</c>, beginning with a letter or digit.</summary>
    public static bool IsDefinition(string name) =>
        name.Length is > 0 and <= 100 && char.IsAsciiLetterOrDigit(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');

    /// <summary>An attribute's or field's name: 1 to 100 letters, digits and <c>_</c>, beginning with a letter.</summary>
    public static bool IsField(string name) =>
        name.Length is > 0 and <= 100 && char.IsAsciiLetter(name[0]) && name.All(c => char.IsAsciiLetterOrDigit(c) || c == '_');

    /// <summary>Splits <c>source.stream</c> at its first point.</summary>
    public static bool TrySplitStream(string stream, out string source)
    {
        var point = stream.IndexOf('.', StringComparison.Ordinal);
        source = point > 0 ? stream[..point] : stream;
        return point > 0 && point < stream.Length - 1;
    }

    /// <summary>A step of a JSON pointer.</summary>
    public static string Escape(string step) => step.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary><c> Did you mean 'x'?</c>, or what there is when nothing is near.</summary>
    public static string Suggest(string asked, IEnumerable<string> known)
    {
        var names = known.Order(StringComparer.Ordinal).ToList();
        return Nearest.To(asked, names) is { } near ? $" Did you mean '{near}'?"
            : names.Count == 0 ? " There is none yet."
            : $" There is: {string.Join(", ", names.Take(10))}{(names.Count > 10 ? ", …" : "")}.";
    }
}
