namespace CustomerInsights.Connectors.Files;

/// <summary>The numeric shapes of dates that are told apart; a set while the evidence is gathered.</summary>
[Flags]
internal enum DateShape
{
    None = 0,
    YearDash = 1,
    YearSlash = 2,
    YearDot = 4,
    MonthSlash = 8,
    DaySlash = 16,
    MonthDash = 32,
    DayDash = 64,
    DayDot = 128,
    All = 255,
}

/// <summary>Reads dates of a <see cref="DateShape"/> from UTF-8 and names the shapes.</summary>
internal static class DateShapes
{
    private static readonly (DateShape Shape, string Format)[] Names =
    [
        (DateShape.YearDash, "yyyy-MM-dd"),
        (DateShape.YearSlash, "yyyy/MM/dd"),
        (DateShape.YearDot, "yyyy.MM.dd"),
        (DateShape.MonthSlash, "M/d/yyyy"),
        (DateShape.DaySlash, "d/M/yyyy"),
        (DateShape.MonthDash, "M-d-yyyy"),
        (DateShape.DayDash, "d-M-yyyy"),
        (DateShape.DayDot, "d.M.yyyy"),
    ];

    /// <summary>The shape that a format names; <c>MM/dd/yyyy</c> reads the same as <c>M/d/yyyy</c>. None for any other format.</summary>
    public static DateShape Of(string? format)
    {
        if (format is null)
        {
            return DateShape.YearDash;
        }

        var plain = format.Replace("MM", "M", StringComparison.Ordinal).Replace("dd", "d", StringComparison.Ordinal);
        foreach (var (shape, name) in Names)
        {
            if (string.Equals(plain, name.Replace("MM", "M", StringComparison.Ordinal).Replace("dd", "d", StringComparison.Ordinal), StringComparison.Ordinal))
            {
                return shape;
            }
        }

        return DateShape.None;
    }

    /// <summary>The format of one shape; of several, the one that is taken (month first).</summary>
    public static string Format(DateShape shapes) => Names.First(name => shapes.HasFlag(name.Shape)).Format;

    /// <summary>The date at the beginning of the text under one shape.</summary>
    /// <returns>How many bytes it takes, or 0 when there is none.</returns>
    public static int Read(ReadOnlySpan<byte> text, DateShape shape, out DateOnly date)
    {
        date = default;
        var length = Parts(text, out var first, out var second, out var third, out var fits);
        if ((fits & shape) == 0)
        {
            return 0;
        }

        date = shape switch
        {
            DateShape.YearDash or DateShape.YearSlash or DateShape.YearDot => new DateOnly(first, second, third),
            DateShape.MonthSlash or DateShape.MonthDash => new DateOnly(third, first, second),
            _ => new DateOnly(third, second, first),
        };
        return length;
    }

    /// <summary>All shapes under which the text begins with a date that the calendar has.</summary>
    /// <returns>How many bytes the date takes.</returns>
    public static int Fits(ReadOnlySpan<byte> text, out DateShape shapes) => Parts(text, out _, out _, out _, out shapes);

    private static int Parts(ReadOnlySpan<byte> text, out int first, out int second, out int third, out DateShape shapes)
    {
        shapes = DateShape.None;
        second = third = 0;
        var at = Digits(text, 0, out first);
        if (at is not (1 or 2 or 4) || at >= text.Length || text[at] is not ((byte)'-' or (byte)'/' or (byte)'.'))
        {
            return 0;
        }

        var separator = text[at];
        var yearFirst = at == 4;
        var middle = Digits(text, at + 1, out second);
        if (middle is not (1 or 2) || at + 1 + middle >= text.Length || text[at + 1 + middle] != separator)
        {
            return 0;
        }

        at += middle + 2;
        var last = Digits(text, at, out third);
        if (yearFirst ? last is not (1 or 2) : last != 4)
        {
            return 0;
        }

        shapes = yearFirst
            ? InCalendar(first, second, third) ? Pick(separator, DateShape.YearDash, DateShape.YearSlash, DateShape.YearDot) : DateShape.None
            : (InCalendar(third, first, second) ? Pick(separator, DateShape.MonthDash, DateShape.MonthSlash, DateShape.None) : DateShape.None)
                | (InCalendar(third, second, first) ? Pick(separator, DateShape.DayDash, DateShape.DaySlash, DateShape.DayDot) : DateShape.None);
        return shapes == DateShape.None ? 0 : at + last;
    }

    private static DateShape Pick(byte separator, DateShape dash, DateShape slash, DateShape dot) =>
        separator == '-' ? dash : separator == '/' ? slash : dot;

    private static bool InCalendar(int year, int month, int day) =>
        year >= 1 && month is >= 1 and <= 12 && day >= 1 && day <= DateTime.DaysInMonth(year, month);

    /// <summary>Up to four digits; more give 5, which no part of a date has.</summary>
    private static int Digits(ReadOnlySpan<byte> text, int from, out int value)
    {
        value = 0;
        var at = from;
        while (at < text.Length && at - from < 5 && (uint)(text[at] - '0') <= 9)
        {
            value = (value * 10) + (text[at] - '0');
            at++;
        }

        return at - from;
    }
}
