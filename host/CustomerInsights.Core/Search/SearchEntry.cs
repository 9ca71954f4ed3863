namespace CustomerInsights.Core.Search;

/// <summary>What a profile is found by.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Words">Words of its names and e-mail addresses, folded by <see cref="SearchWords"/>.</param>
/// <param name="Identifiers">Its identifiers, as <see cref="Identifier"/> writes them.</param>
/// <param name="IsKnown">False for a visitor of whom nothing is known.</param>
public sealed record SearchEntry(long Number, IReadOnlyList<string> Words, IReadOnlyList<string> Identifiers, bool IsKnown)
{
    private const int LongestIdentifier = 100;

    /// <summary>
    /// An identifier as a term: a phone number's digits from the last to the first, without the zeros in front, so that a number without its country is the beginning of one with it; all else in lower
    /// case. What is longer than 100 characters is cut.
    /// </summary>
    public static string Identifier(string type, string value)
    {
        ArgumentNullException.ThrowIfNull(value);
        if (type != "phone")
        {
            var text = value.Trim().ToLowerInvariant();
            return (type == "email" ? "@" : "=") + (text.Length > LongestIdentifier ? text[..LongestIdentifier] : text);
        }

        var digits = value.Where(char.IsAsciiDigit).SkipWhile(digit => digit == '0').Take(LongestIdentifier).ToArray();
        Array.Reverse(digits);
        return "#" + new string(digits);
    }

    /// <summary>
    /// The digits that matter of a phone number as people type it: without the plus, the zeros of an international or national call, and the (0) between country and area.
    /// Null when it does not look like a phone number.
    /// </summary>
    public static string? PhoneDigits(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (!text.All(c => char.IsAsciiDigit(c) || " +-./()\u00a0".Contains(c, StringComparison.Ordinal)))
        {
            return null;
        }

        var digits = string.Concat(text.Replace("(0)", "", StringComparison.Ordinal).Where(char.IsAsciiDigit)).TrimStart('0');
        return digits.Length is >= 5 and <= 20 ? digits : null;
    }
}
