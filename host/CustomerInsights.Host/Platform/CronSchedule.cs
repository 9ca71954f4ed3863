using System.Diagnostics.CodeAnalysis;
using System.Text.RegularExpressions;
using Quartz;

namespace CustomerInsights.Host.Platform;

/// <summary>
/// When something is due again and again: a cron expression in a time zone. Five fields as Unix has them (minute, hour, day of month, month, day of week:
/// 0 or 7 is Sunday), or six and seven as Quartz has them (seconds first, 1 is Sunday). A local time that a change of the clocks leaves out or repeats comes once.
/// </summary>
internal sealed partial class CronSchedule
{
    private readonly CronExpression _expression;

    private CronSchedule(CronExpression expression) => _expression = expression;

    /// <summary>Reads an expression.</summary>
    /// <param name="text">The expression.</param>
    /// <param name="zone">The zone of its hours and days.</param>
    /// <param name="schedule">The schedule.</param>
    /// <param name="fault">What is wrong with it, and what to do.</param>
    public static bool TryParse(string text, TimeZoneInfo zone, [NotNullWhen(true)] out CronSchedule? schedule, [NotNullWhen(false)] out string? fault)
    {
        (schedule, fault) = (null, null);
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries);
        if (text.Length > 200 || fields.Length is < 5 or > 7)
        {
            fault = $"A cron expression has five fields (minute, hour, day of month, month, day of week), such as '0 6 * * MON'; this has {fields.Length}.";
            return false;
        }

        if (fields.Length == 5 && fields[2] is not ("*" or "?") && fields[4] is not ("*" or "?"))
        {
            fault = "Give a day of the month or a day of the week, and * for the other: both at once are not possible.";
            return false;
        }

        try
        {
            schedule = new CronSchedule(new CronExpression(fields.Length == 5 ? FromUnix(fields) : text) { TimeZone = zone });
            return true;
        }
        catch (FormatException error)
        {
            fault = $"'{text}' is not a cron expression ({error.Message.TrimEnd('.')}). An example: '0 6 * * MON', every Monday at six.";
            return false;
        }
    }

    /// <summary>The first moment after another at which it is due; null when it never is again.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset moment) => _expression.GetTimeAfter(moment);

    private static string FromUnix(string[] fields)
    {
        var week = WeekDay().Replace(fields[4], match => (int.Parse(match.ValueSpan, System.Globalization.CultureInfo.InvariantCulture) % 7 + 1).ToString(System.Globalization.CultureInfo.InvariantCulture));
        var (day, weekDay) = fields[4] is "*" or "?" ? (fields[2], "?") : ("?", week);
        return $"0 {fields[0]} {fields[1]} {day} {fields[3]} {weekDay}";
    }

    // Not what follows / (a step) or # (which one of the month).
    [GeneratedRegex("(?<![0-9/#])[0-7](?![0-9])", RegexOptions.None, 1000)]
    private static partial Regex WeekDay();
}
