using System.Globalization;
using System.Text;
using CustomerInsights.Core.Unification.Normalisation;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Brings values that mean the same to one spelling, by the type of their field. What cannot be understood stays as cleaned text.</summary>
internal static class FieldText
{
    private const int MaxLength = 400;
    private const int CenturyTurn = 30;

    internal static string Normal(string text, MatchFieldType type) => type switch
    {
        MatchFieldType.Email => Email(text),
        MatchFieldType.Phone => Phone(text),
        MatchFieldType.Date => Date(text),
        MatchFieldType.Identifier or MatchFieldType.PostalCode => LettersAndDigits(text),
        MatchFieldType.Number => Number(text),
        MatchFieldType.GivenName or MatchFieldType.FamilyName or MatchFieldType.FullName => NameWords.WithoutTitles(Words(text)),
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
                Scripts.Append(result, char.ToLowerInvariant(c));
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
        foreach (var c in PhoneWithoutExtension(text))
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

    // "(0)" is dialled inside the country only; what follows x, ext or # rings inside the house.
    private static string PhoneWithoutExtension(string text)
    {
        var end = text.AsSpan().IndexOfAny("xX#");
        end = end > 0 && text.AsSpan(0, end).ContainsAnyInRange('0', '9') ? end : text.Length;
        return text[..Math.Min(end, MaxLength)].Replace("(0)", "", StringComparison.Ordinal);
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

        if (count == 2 && MonthNamed(text) is > 0 and var month && (lengths[0] == 4) != (lengths[1] == 4))
        {
            return lengths[0] == 4 ? Day(parts[0], month, parts[1]) : Day(parts[1], month, parts[0]);
        }

        if (count < 3)
        {
            return LettersAndDigits(text);
        }

        if (lengths[0] == 4)
        {
            return Day(parts[0], parts[1], parts[2]);
        }

        if (lengths[0] > 2 || lengths[1] > 2 || lengths[2] is not (2 or 4))
        {
            return LettersAndDigits(text);
        }

        // Two digits are of this century below the turn, else of the last.
        var year = lengths[2] == 4 ? parts[2] : parts[2] + (parts[2] < CenturyTurn ? 2000 : 1900);

        // 31/12/1990 or 12/31/1990: what cannot be a month is the day. When both can, the first is the day between full stops, else the month.
        return parts[0] > 12 || (parts[1] <= 12 && text.Contains('.', StringComparison.Ordinal)) ? Day(year, parts[1], parts[0]) : Day(year, parts[0], parts[1]);
    }

    // The month that is written as an English word, in full or by its first three letters; 0 for none.
    private static int MonthNamed(string text)
    {
        const string Months = "janfebmaraprmayjunjulaugsepoctnovdec";
        var start = text.AsSpan().IndexOfAnyInRange('A', 'z');
        if (start < 0 || text.Length - start < 3)
        {
            return 0;
        }

        var at = Months.IndexOf(text.Substring(start, 3), StringComparison.OrdinalIgnoreCase);
        return at >= 0 && at % 3 == 0 ? (at / 3) + 1 : 0;
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
