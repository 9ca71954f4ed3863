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
        MatchFieldType.Phone => Telephone.Normal(text, null),
        MatchFieldType.Date => DateText.Normal(text, DateOrder.Unknown),
        MatchFieldType.Identifier or MatchFieldType.PostalCode => LettersAndDigits(text),
        MatchFieldType.Number => Number(text),
        MatchFieldType.GivenName => NameWords.WithoutTitles(Words(text)),
        MatchFieldType.FamilyName => NameWords.Family(Words(text)),
        MatchFieldType.FullName => NameWords.Whole(text.Length > MaxLength ? text[..MaxLength] : text),
        MatchFieldType.Organization => OrganizationNames.Normal(text),
        MatchFieldType.Text => ArticleText.Normal(text),
        MatchFieldType.Address => AddressText.Normal(text),
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

    /// <summary>The words without blanks.</summary>
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

    private static string Number(string text)
    {
        var cleaned = text.Trim().TrimStart('$', '€', '£').Replace(",", "", StringComparison.Ordinal).Trim();
        return double.TryParse(cleaned, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number)
            ? number.ToString("R", CultureInfo.InvariantCulture)
            : "";
    }
}
