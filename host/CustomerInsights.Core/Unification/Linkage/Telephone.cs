using System.Text;
using PhoneNumbers;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// Telephone numbers. With a country each becomes <c>+</c>, calling code and number (ITU-T E.164) where its length is one that the country's plan
/// has; what is none, and all without a country, stays the digits that are dialled. The plans are those of libphonenumber.
/// </summary>
internal static class Telephone
{
    private const int MostRead = 400;
    private const int MostDigits = 20;
    private const int FewestDigits = 5;

    // E.164 allows 15; with the prefix of a call abroad before them.
    private const int MostDialled = 19;
    private const int LongestCallingCode = 3;

    private static readonly PhoneNumberUtil s_plans = PhoneNumberUtil.GetInstance();

    /// <summary>Whether numbers of this country can be read.</summary>
    /// <param name="country">ISO 3166 alpha-2, capitals.</param>
    internal static bool IsCountry(string country) => s_plans.GetCountryCodeForRegion(country) != 0;

    /// <summary>The one spelling of a number; empty for what has hardly a digit.</summary>
    /// <param name="text">As it came.</param>
    /// <param name="country">Where it is dialled, ISO 3166 alpha-2; null: not known.</param>
    internal static string Normal(string text, string? country)
    {
        var inside = WithoutExtension(text);
        if (country is not null && Whole(Dialled(inside), country) is { } whole)
        {
            return whole;
        }

        var digits = Digits(inside);

        // What is left without its zeros may be a number after all; so the spelling of a spelling is itself.
        return country is not null && Whole(digits, country) is { } late ? late : digits;
    }

    // Calling code and number, or null where the plan has no number of this length.
    private static string? Whole(string dialled, string country) =>
        Read(dialled, country)

        // 00 is written for + in countries too where another prefix leads abroad.
        ?? (dialled.StartsWith("00", StringComparison.Ordinal) ? Read("+" + dialled[2..], country) : null);

    private static string? Read(string dialled, string country)
    {
        if (dialled.Length is < FewestDigits or > MostDialled || (dialled[0] == '+' && !HasCallingCode(dialled.AsSpan(1))))
        {
            return null;
        }

        try
        {
            var number = s_plans.Parse(dialled, country);

            // A zero that stays in front belongs to the number in few countries (Italy); elsewhere it tells that something is missing.
            return s_plans.IsPossibleNumberWithReason(number) == PhoneNumberUtil.ValidationResult.IS_POSSIBLE && (s_plans.GetNationalSignificantNumber(number)[0] != '0' || s_plans.IsValidNumber(number))
                ? s_plans.Format(number, PhoneNumberFormat.E164)
                : null;
        }
        catch (NumberParseException)
        {
            return null;
        }
    }

    private static bool HasCallingCode(ReadOnlySpan<char> digits)
    {
        var code = 0;
        for (var i = 0; i < Math.Min(LongestCallingCode, digits.Length); i++)
        {
            code = (code * 10) + (digits[i] - '0');
            if (code > 0 && s_plans.GetRegionCodeForCountryCode(code) != "ZZ")
            {
                return true;
            }
        }

        return false;
    }

    // A plus in front and the digits.
    private static string Dialled(string text)
    {
        var dialled = new StringBuilder(MostDigits);
        foreach (var c in text)
        {
            if ((char.IsAsciiDigit(c) && dialled.Length <= MostDialled) || (c == '+' && dialled.Length == 0))
            {
                dialled.Append(c);
            }
        }

        return dialled.ToString();
    }

    // Digits alone; the prefix of the country stays where it is written, and the comparison looks at the end.
    private static string Digits(string text)
    {
        var digits = new StringBuilder(text.Length);
        foreach (var c in text)
        {
            if (char.IsAsciiDigit(c) && digits.Length < MostDigits)
            {
                digits.Append(c);
            }
        }

        var start = 0;
        while (start < digits.Length && digits[start] == '0')
        {
            start++;
        }

        return digits.Length - start < FewestDigits ? ""
            : digits.Length - start == 11 && digits[start] == '1' && digits[start + 1] != '0' ? digits.ToString(start + 1, 10)
            : digits.ToString(start, digits.Length - start);
    }

    // "(0)" is dialled inside the country only; what follows x, ext or # rings inside the house.
    private static string WithoutExtension(string text)
    {
        var end = text.AsSpan().IndexOfAny("xX#");
        end = end > 0 && text.AsSpan(0, end).ContainsAnyInRange('0', '9') ? end : text.Length;
        return text[..Math.Min(end, MostRead)].Replace("(0)", "", StringComparison.Ordinal);
    }
}
