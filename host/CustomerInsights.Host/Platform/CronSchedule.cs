using System.Diagnostics.CodeAnalysis;
using Quartz;

namespace CustomerInsights.Host.Platform;

/// <summary>
/// When something is due again and again: a cron expression in a time zone. Five fields as Unix has them (minute, hour, day of month, month, day of week:
/// 0 or 7 is Sunday), or six and seven as Quartz has them (seconds first, 1 is Sunday). A local time that a change of the clocks leaves out or repeats comes once.
/// </summary>
internal sealed class CronSchedule
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
        var fields = text.Split(' ', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries).Length;
        if (text.Length > 200 || fields is < 5 or > 7)
        {
            fault = $"A cron expression has five fields (minute, hour, day of month, month, day of week), such as '0 6 * * MON'; this has {fields}.";
            return false;
        }

        // The library takes 98 and 99 for '?' and '*', which it calls so inside.
        if (text.Split(' ', ',', '-', '/').Any(part => part is "98" or "99") || !CronExpression.TryParse(text.Trim(), fields == 5 ? CronFormat.Unix : CronFormat.Quartz, out var expression))
        {
            fault = $"'{text}' is not a cron expression. An example: '0 6 * * MON', every Monday at six.";
            return false;
        }

        schedule = new CronSchedule(expression.WithTimeZone(zone));
        return true;
    }

    /// <summary>The first moment after another at which it is due; null when it never is again.</summary>
    public DateTimeOffset? NextAfter(DateTimeOffset moment) => _expression.GetNextValidTimeAfter(moment);
}
