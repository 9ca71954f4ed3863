using System.Globalization;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>Reads and writes literals; the one place for text and JSON. Each reader answers null, or what is wrong.</summary>
internal static class Literals
{
    private static readonly string[] TimeFormats =
    [
        "yyyy-MM-dd'T'HH:mm'Z'", "yyyy-MM-dd'T'HH:mm:ss'Z'", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFF'Z'",
        "yyyy-MM-dd'T'HH:mmzzz", "yyyy-MM-dd'T'HH:mm:sszzz", "yyyy-MM-dd'T'HH:mm:ss.FFFFFFFzzz",
    ];

    public static string? Number(string text, out Value value)
    {
        value = default;
        if (text.AsSpan().IndexOfAny('e', 'E') >= 0)
        {
            double number = double.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture);
            value = Value.Of(number);
            return value.IsMissing ? $"the number {text} is too large; the largest is about 1.8e308" : null;
        }

        if (text.Contains('.', StringComparison.Ordinal))
        {
            string shortest = text.TrimEnd('0');
            if (SignificantDigits(shortest) > 28 || shortest.Length - shortest.IndexOf('.', StringComparison.Ordinal) > 29)
            {
                return $"a decimal holds 28 digits; {text} has more";
            }

            value = Value.Of(decimal.Parse(text.Length > 32 ? shortest : text, NumberStyles.Number, CultureInfo.InvariantCulture));
            return null;
        }

        if (!long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out long integer))
        {
            return $"the integer {text} does not fit in 64 bits; write {text}.0 for a decimal";
        }

        value = Value.Of(integer);
        return null;
    }

    public static string? Duration(string text, out int amount, out DurationUnit unit, out string? near)
    {
        int digits = text.AsSpan().IndexOfAnyExceptInRange('0', '9');
        string suffix = digits < 0 ? "" : text[digits..];
        near = null;
        amount = 0;
        unit = default;
        if (suffix.Length > 0 && suffix[0] is '.' or 'e' or 'E')
        {
            return $"a duration is a whole number and a unit, such as 36h; '{text}' is not";
        }

        if (!Spelling.TryRead(suffix, out unit))
        {
            near = suffix.ToLowerInvariant() switch
            {
                "m" or "minute" or "minutes" => "min",
                "month" or "months" or "mon" => "mo",
                "day" or "days" => "d",
                "hour" or "hours" or "hr" => "h",
                "week" or "weeks" => "w",
                "year" or "years" => "y",
                _ => null,
            };
            return $"unknown unit '{suffix}' of a duration; the units are {string.Join(' ', Spelling.UnitNames)}";
        }

        return !int.TryParse(text.AsSpan(0, digits), NumberStyles.None, CultureInfo.InvariantCulture, out amount)
            || amount > RuleLimits.DurationAmount
            ? $"the duration {text} is too long; the amount is at most 100000000"
            : null;
    }

    public static string? Date(string text, out Value value)
    {
        value = default;
        if (DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var date))
        {
            value = Value.Of(date);
            return null;
        }

        return LooksLikeDate(text)
            ? $"there is no day {text}"
            : $"a date is written date(2025-01-31), not date({Short(text)})";
    }

    public static string? Time(string text, out Value value)
    {
        value = default;
        if (DateTimeOffset.TryParseExact(text, TimeFormats, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time))
        {
            value = Value.Of(time);
            return null;
        }

        return text.Length >= 11 && LooksLikeDate(text[..10]) && text[10] == 'T' && (text.EndsWith('Z') || text.LastIndexOfAny(['+', '-']) > 10)
            ? $"there is no time {Short(text)}"
            : $"a time is written time(2025-01-31T10:00:00Z), not time({Short(text)})";
    }

    /// <summary>A literal as the parser reads it.</summary>
    public static string Write(Value value) => value.Type switch
    {
        DataType.Text => "\"" + value.AsText().Replace("\"", "\"\"", StringComparison.Ordinal) + "\"",
        DataType.Decimal => WithPoint(value.AsDecimal().ToString(CultureInfo.InvariantCulture)),
        DataType.Number => WithExponent(value.AsNumber().ToString("R", CultureInfo.InvariantCulture)),
        DataType.Date => $"date({value})",
        DataType.Time => $"time({value})",
        _ => value.ToString(),
    };

    private static string WithPoint(string text) => text.Contains('.', StringComparison.Ordinal) ? text : text + ".0";

    private static string WithExponent(string text) => text.Contains('E', StringComparison.Ordinal)
        ? text.Replace("E", "e", StringComparison.Ordinal)
        : text + "e0";

    private static int SignificantDigits(string text)
    {
        int digits = 0;
        foreach (char c in text)
        {
            digits += char.IsAsciiDigit(c) && (digits > 0 || c != '0') ? 1 : 0;
        }

        return digits;
    }

    private static bool LooksLikeDate(string text) => text.Length == 10 && text[4] == '-' && text[7] == '-'
        && text.Where((_, i) => i is not 4 and not 7).All(char.IsAsciiDigit);

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
