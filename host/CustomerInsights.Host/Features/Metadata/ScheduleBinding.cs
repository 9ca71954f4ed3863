using CustomerInsights.Host.Platform;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>Checks when something runs: in refreshes, by a cron expression, or when it is asked.</summary>
internal sealed class ScheduleBinding(ModelBuilder builder, string kind)
{
    /// <summary>The cron schedule; null where the clock does not say when.</summary>
    /// <param name="name">Whose.</param>
    /// <param name="document">The schedule, or null.</param>
    /// <param name="good">False when something is wrong with it, which is told.</param>
    public CronSchedule? Bind(string name, SegmentScheduleDocument? document, out bool good)
    {
        good = true;
        if (document is null)
        {
            return null;
        }

        if (document.Effective != SegmentRun.Cron)
        {
            if (document.Cron is not null)
            {
                builder.Fault(kind, name, "/schedule/cron", "unused", "A cron expression has a meaning for 'run': 'cron' alone; take one of the two away.");
                good = false;
            }

            return null;
        }

        if (document.Cron is null)
        {
            builder.Fault(kind, name, "/schedule/cron", "required", "Give a cron expression, such as '0 6 * * MON'.");
            good = false;
            return null;
        }

        if (Zone(name, "/schedule/timeZone", document.TimeZone) is not { } zone)
        {
            good = false;
            return null;
        }

        if (CronSchedule.TryParse(document.Cron, zone, out var schedule, out var fault))
        {
            return schedule;
        }

        builder.Fault(kind, name, "/schedule/cron", "cron", fault);
        good = false;
        return null;
    }

    /// <summary>A time zone by its name; UTC for none. Null when there is no such, which is told.</summary>
    public TimeZoneInfo? Zone(string name, string pointer, string? id)
    {
        if (TimeZones.TryFind(id, out var zone))
        {
            return zone;
        }

        builder.Fault(kind, name, pointer, "timezone", TimeZones.Unknown(id));
        return null;
    }
}
