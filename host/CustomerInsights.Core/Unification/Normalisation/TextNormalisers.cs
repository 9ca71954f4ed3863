using System.Globalization;
using System.Text;

namespace CustomerInsights.Core.Unification.Normalisation;

/// <summary>The normalisers that need no dictionary of words. Each is a pure function of text; docs/unification.md has the table.</summary>
internal static class TextNormalisers
{
    // Exactly the published list. Asterisk and bar are not on it.
    private const string SymbolList = "!?\"#$%&'()+,.-_/:;<=>@^~{}`[]\\";

    // Letters and marks that compatibility decomposition leaves alone.
    private static readonly Dictionary<char, string> Latin = """
        ßss ẞSS æae ÆAE œoe ŒOE øo ØO đd ĐD ðd ÐD þth ÞTH łl ŁL ħh ĦH ıi ĸk ŋn ŊN ŧt ŦT ƒf ɓb ɗd ɖd əe ƏE ɛe ɔo ɨi
        ‘' ’' ‚' ʼ' ′' ´' “" ”" „" «" »" ‐- ‑- ‒- –- —- −- ⁄/
        """.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries).ToDictionary(entry => entry[0], entry => entry[1..]);

    /// <summary>Unicode digits and numeric symbols of whole value become ASCII digits; fractions stay.</summary>
    public static string Numerals(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        for (var i = 0; i < text.Length; i++)
        {
            var pair = char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]);
            var category = CharUnicodeInfo.GetUnicodeCategory(text, i);
            var value = category is UnicodeCategory.DecimalDigitNumber or UnicodeCategory.LetterNumber or UnicodeCategory.OtherNumber
                ? CharUnicodeInfo.GetNumericValue(text, i)
                : -1;
            if (value >= 0 && value == Math.Floor(value))
            {
                result.Append(((long)value).ToString(CultureInfo.InvariantCulture));
            }
            else
            {
                result.Append(text, i, pair ? 2 : 1);
            }

            i += pair ? 1 : 0;
        }

        return result.ToString();
    }

    /// <summary>Compatibility decomposition, marks dropped, and a table for what does not decompose. Other scripts stay.</summary>
    public static string UnicodeToAscii(string text)
    {
        if (Ascii.IsValid(text))
        {
            return text;
        }

        var result = new StringBuilder(text.Length);
        foreach (var letter in WellFormed(text).Normalize(NormalizationForm.FormKD))
        {
            if (Latin.TryGetValue(letter, out var plain))
            {
                result.Append(plain);
            }
            else if (CharUnicodeInfo.GetUnicodeCategory(letter) != UnicodeCategory.NonSpacingMark)
            {
                result.Append(letter);
            }
        }

        return result.ToString();
    }

    /// <summary>Drops the symbols of the list; white space stays.</summary>
    public static string Symbols(string text) => Without(text, static letter => SymbolList.Contains(letter, StringComparison.Ordinal));

    /// <summary>Drops every white space character.</summary>
    public static string Whitespace(string text) => Without(text, char.IsWhiteSpace);

    /// <summary>Sorts the words by ordinal and joins them with one blank. A comma between names is dropped.</summary>
    public static string NameOrder(string text)
    {
        var words = text.Split([' ', ',', '\t', '\u00a0'], StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        Array.Sort(words, StringComparer.Ordinal);
        return string.Join(' ', words);
    }

    /// <summary>
    /// Digits only. "(0)" after a country code, an extension (x, ext, extn, extension, or # after a digit) and leading zeros
    /// are left out; other letters after the first digit count as the digits of their key, so that 1-800-FLOWERS keeps
    /// apart from 1-800-CONTACT.
    /// </summary>
    public static string Phone(string text)
    {
        var plain = text.Replace("(0)", "", StringComparison.Ordinal);
        var digits = new StringBuilder(plain.Length);
        var anyDigit = false;
        for (var i = 0; i < plain.Length; i++)
        {
            var letter = plain[i];
            if (char.IsDigit(letter))
            {
                anyDigit = true;
                digits.Append((char)('0' + CharUnicodeInfo.GetDecimalDigitValue(letter)));
            }
            else if (anyDigit && IsExtension(plain, i))
            {
                break;
            }
            else if (anyDigit && char.IsAsciiLetter(letter))
            {
                digits.Append("22233344455566677778889999"[(letter | 0x20) - 'a']);
            }
        }

        return anyDigit ? digits.ToString().TrimStart('0') : "";
    }

    private static bool IsExtension(string text, int at)
    {
        var rest = text.AsSpan(at);
        if (rest[0] == '#')
        {
            return true;
        }

        foreach (var word in (ReadOnlySpan<string>)["extension", "extn", "ext", "x"])
        {
            if (rest.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            {
                var after = rest[word.Length..].TrimStart(" .:=#");
                return after.IsEmpty || char.IsDigit(after[0]);
            }
        }

        return false;
    }

    // Normalize throws on a lone surrogate, and such text does arrive.
    private static string WellFormed(string text)
    {
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsHighSurrogate(text[i]) && i + 1 < text.Length && char.IsLowSurrogate(text[i + 1]))
            {
                i++;
            }
            else if (char.IsSurrogate(text[i]))
            {
                return Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text));
            }
        }

        return text;
    }

    private static string Without(string text, Func<char, bool> drop)
    {
        var result = new StringBuilder(text.Length);
        foreach (var letter in text)
        {
            if (!drop(letter))
            {
                result.Append(letter);
            }
        }

        return result.Length == text.Length ? text : result.ToString();
    }
}
