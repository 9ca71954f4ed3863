using System.Globalization;
using System.Text;
using CustomerInsights.Core.Unification.Normalisation;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Brings values that mean the same to one spelling, by the type of their field. What cannot be understood stays as cleaned text.</summary>
internal static class FieldText
{
    private const int MaxLength = 400;

    internal static string Normal(string text, MatchFieldType type) => type switch
    {
        MatchFieldType.Email => Email(text),
        MatchFieldType.Phone => Phone(text),
        MatchFieldType.Date => Date(text),
        MatchFieldType.Identifier or MatchFieldType.PostalCode => LettersAndDigits(text),
        MatchFieldType.Number => Number(text),
        _ => Words(text),
    };

    /// <summary>Lower case, without diacritics, words parted by one blank, nothing but letters and digits.</summary>
    internal static string Words(string text)
    {
        if (text.Length > MaxLength)
        {
            text = text[..MaxLength];
        }

        var result = new StringBuilder(text.Length);
        var gap = false;
        foreach (var c in TextNormalisers.UnicodeToAscii(text))
        {
            if (char.IsLetterOrDigit(c))
            {
                if (gap && result.Length > 0)
                {
                    result.Append(' ');
                }

                gap = false;
                result.Append(char.ToLowerInvariant(c));
            }
            else if (c != '\'' && CharUnicodeInfo.GetUnicodeCategory(c) is not UnicodeCategory.NonSpacingMark)
            {
                gap = true;
            }
        }

        return result.ToString();
    }

    private static string LettersAndDigits(string text)
    {
        var words = Words(text);
        return words.Contains(' ', StringComparison.Ordinal) ? words.Replace(" ", "", StringComparison.Ordinal) : words;
    }

    private static string Email(string text)
    {
        var address = text.Trim().ToLowerInvariant();
        var at = address.LastIndexOf('@');
        if (at <= 0 || at == address.Length - 1 || address.Length > MaxLength)
        {
            return LettersAndDigits(text);
        }

        var (local, domain) = (address[..at], address[(at + 1)..]);
        var plus = local.IndexOf('+', StringComparison.Ordinal);
        local = plus > 0 ? local[..plus] : local;
        return (domain is "gmail.com" or "googlemail.com" ? local.Replace(".", "", StringComparison.Ordinal) : local) + "@" + domain;
    }

    // Digits alone; the prefix of the country stays where it is written, and the comparison looks at the end.
    private static string Phone(string text)
    {
        var digits = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c) && digits.Length < 20)
            {
                digits.Append(c);
            }
        }

        var start = 0;
        while (start < digits.Length && digits[start] == '0')
        {
            start++;
        }

        return digits.Length - start < 5 ? digits.Length > 4 ? "0" : "" : digits.Length - start == 11 && digits[start] == '1' ? digits.ToString(start + 1, 10) : digits.ToString(start, digits.Length - start);
    }

    /// <summary>yyyymmdd where a day can be read, else the digits as they are.</summary>
    private static string Date(string text)
    {
        Span<int> parts = stackalloc int[3];
        Span<int> lengths = stackalloc int[3];
        var (count, inside) = (0, false);
        foreach (var c in text)
        {
            if (!char.IsAsciiDigit(c))
            {
                // The time of day does not matter.
                if (inside && count == 3)
                {
                    break;
                }

                inside = false;
                continue;
            }

            if (!inside)
            {
                if (count == 3)
                {
                    break;
                }

                count++;
                inside = true;
            }

            parts[count - 1] = (parts[count - 1] * 10) + (c - '0');
            if (++lengths[count - 1] > 8)
            {
                return LettersAndDigits(text);
            }
        }

        if (count == 1 && lengths[0] == 8)
        {
            return Day(parts[0] / 10000, parts[0] / 100 % 100, parts[0] % 100);
        }

        if (count == 1 && lengths[0] == 4)
        {
            return Day(parts[0], 0, 0);
        }

        if (count < 3)
        {
            return LettersAndDigits(text);
        }

        if (lengths[0] == 4)
        {
            return Day(parts[0], parts[1], parts[2]);
        }

        // 31/12/1990 or 12/31/1990: what cannot be a month is the day; when both can, the first is taken for the month.
        return lengths[2] == 4 ? parts[0] > 12 ? Day(parts[2], parts[1], parts[0]) : Day(parts[2], parts[0], parts[1]) : LettersAndDigits(text);
    }

    private static string Day(int year, int month, int day) =>
        string.Create(CultureInfo.InvariantCulture, $"{Math.Clamp(year, 0, 9999):0000}{Math.Clamp(month, 0, 99):00}{Math.Clamp(day, 0, 99):00}");

    private static string Number(string text)
    {
        var cleaned = text.Trim().TrimStart('$', '€', '£').Replace(",", "", StringComparison.Ordinal).Trim();
        return double.TryParse(cleaned, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number.ToString("R", CultureInfo.InvariantCulture)
            : "";
    }
}
