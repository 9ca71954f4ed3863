using System.Globalization;

namespace CustomerInsights.Samples.Generator;

/// <summary>What goes wrong between a person and a form.</summary>
internal sealed class Slips(Prng random)
{
    private const string Alphabet = "abcdefghijklmnopqrstuvwxyz";

    /// <summary>One slip in a word: a letter doubled, dropped, swapped with the next or mistaken; never the first letter.</summary>
    public string Typo(string text)
    {
        if (text.Length < 4)
        {
            return text;
        }

        var at = random.Between(1, text.Length - 2);
        return random.Next(4) switch
        {
            0 => text.Insert(at, text[at].ToString()),
            1 => text.Remove(at, 1),
            2 => text[..at] + text[at + 1] + text[at] + text[(at + 2)..],
            _ => text[..at] + random.Pick(Alphabet.ToCharArray()) + text[(at + 1)..],
        };
    }

    /// <summary>A typing error before the @.</summary>
    public string MailTypo(string mail)
    {
        var at = mail.IndexOf('@', StringComparison.Ordinal);
        return Typo(mail[..at]) + mail[at..];
    }

    /// <summary>Day and month exchanged where that gives a date, otherwise another year.</summary>
    public static DateOnly DateSlip(DateOnly date) =>
        date.Day <= 12 && date.Day != date.Month ? new DateOnly(date.Year, date.Day, date.Month) : date.AddYears(-1);

    /// <summary>A number in one of the ways in which people write it.</summary>
    public string PhoneStyle(string digits, string prefix)
    {
        var rest = digits[prefix.Length..];
        var (a, b, c) = (rest[..3], rest[3..6], rest[6..]);
        return random.Next(10) switch
        {
            0 or 1 or 2 => $"+{prefix} {a} {b} {c}",
            3 or 4 => $"+{prefix} ({a}) {b}-{c}",
            5 => $"00{prefix}-{a}-{b}-{c}",
            6 => $"+{prefix}.{a}.{b}.{c}",
            7 => $"+{prefix}{rest} x{random.Between(1, 9).ToString(CultureInfo.InvariantCulture)}",
            8 => $"+{prefix} (0) {a} {b}{c}",
            _ => $"0{a} {b} {c}",
        };
    }
}
