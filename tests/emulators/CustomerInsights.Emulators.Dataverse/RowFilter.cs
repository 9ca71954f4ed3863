using System.Text.RegularExpressions;

namespace CustomerInsights.Emulators.Dataverse;

/// <summary>The part of <c>$filter</c> that is understood: comparisons by <c>eq</c> and <c>ne</c>, joined by <c>and</c> and <c>or</c> (which binds less), without brackets.</summary>
internal sealed partial class RowFilter
{
    private const int MostConditions = 500;

    private readonly List<List<(string Column, bool Equal, string Value)>> _any = [[]];

    internal RowFilter(string text)
    {
        var at = 0;
        var count = 0;
        while (true)
        {
            var match = Comparison().Match(text, at);
            if (!match.Success || ++count > MostConditions)
            {
                throw new EmulatedException(400, "0x80060888", $"The filter cannot be read at position {at}, or has more than {MostConditions} conditions.");
            }

            var value = match.Groups["value"].Value;
            _any[^1].Add((match.Groups["column"].Value, match.Groups["op"].Value == "eq", value.StartsWith('\'') ? value[1..^1].Replace("''", "'", StringComparison.Ordinal) : value));
            at = match.Index + match.Length;
            if (at == text.Length)
            {
                return;
            }

            if (text.AsSpan(at).StartsWith(" or "))
            {
                _any.Add([]);
            }
            else if (!text.AsSpan(at).StartsWith(" and "))
            {
                throw new EmulatedException(400, "0x80060888", $"The filter cannot be read at position {at}.");
            }

            at += text.AsSpan(at).StartsWith(" or ") ? 4 : 5;
        }
    }

    /// <summary>The values, where the filter asks for nothing but values of this column; null otherwise.</summary>
    internal IEnumerable<string>? ValuesOf(string column) =>
        _any.TrueForAll(all => all is [var only] && only.Column == column && only.Equal) ? _any.Select(all => all[0].Value) : null;

    internal bool Fits(Func<string, object?> column) => _any.Exists(all => all.TrueForAll(one =>
        string.Equals(Text(column(one.Column)), one.Value, StringComparison.OrdinalIgnoreCase) == one.Equal));

    private static string Text(object? value) => value switch
    {
        null => "null",
        bool flag => flag ? "true" : "false",
        _ => Convert.ToString(value, System.Globalization.CultureInfo.InvariantCulture)!,
    };

    [GeneratedRegex(@"\G(?<column>[A-Za-z_][A-Za-z0-9_]*) (?<op>eq|ne) (?<value>'(?:[^']|'')*'|[^ ')]+)", RegexOptions.CultureInvariant, 1000)]
    private static partial Regex Comparison();
}
