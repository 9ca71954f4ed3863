namespace CustomerInsights.Core.Rules.Flips;

/// <summary>Where calendar units begin in a time zone, as UTC ticks.</summary>
internal static class Boundaries
{
    // Where a zone's clock goes back over midnight, the day that began begins again: within a day of it every change of offset is a boundary too.
    private const long Watch = 25 * TimeSpan.TicksPerHour;

    /// <summary>The first instant after <paramref name="instant"/> that can lie in another unit of the calendar.</summary>
    public static long After(long instant, CalendarUnit unit, TimeZoneInfo zone)
    {
        var local = Calendar.Local(Ticks.Time(instant), zone);
        var next = unit == CalendarUnit.Hour
            ? instant + (TimeSpan.TicksPerHour - (local.Ticks % TimeSpan.TicksPerHour))
            : FirstOf(Following(Calendar.Start(local, unit), unit), zone);
        return Math.Min(Math.Max(next, instant + 1), Transition(instant, Math.Min(next, instant + Watch), zone));
    }

    /// <summary>The first instant at which a day has come, given that it has not; never, when the calendar ends before.</summary>
    public static long DayComes(long now, long dayNumber, TimeZoneInfo zone)
    {
        var comes = dayNumber > DateOnly.MaxValue.DayNumber ? Ticks.Never
            : FirstOf(DateOnly.FromDayNumber((int)Math.Max(0, dayNumber)).ToDateTime(TimeOnly.MinValue), zone);
        return Math.Min(Math.Max(comes, now + 1), DayReturns(now, zone));
    }

    /// <summary>When a day that has passed could return: at a change of offset within a day; never otherwise.</summary>
    public static long DayReturns(long now, TimeZoneInfo zone) => Transition(now, now + Watch, zone);

    /// <summary>The first instant in (from, to) with another offset than <paramref name="from"/> has; never when there is none. At most a day apart.</summary>
    private static long Transition(long from, long to, TimeZoneInfo zone)
    {
        to = Math.Min(to, Ticks.Last);
        if (ReferenceEquals(zone, TimeZoneInfo.Utc) || to <= from + 1)
        {
            return Ticks.Never;
        }

        var offset = zone.GetUtcOffset(Ticks.Time(from));
        return zone.GetUtcOffset(Ticks.Time(to - 1)) == offset ? Ticks.Never : First(from, to - 1, instant => zone.GetUtcOffset(Ticks.Time(instant)) != offset);
    }

    /// <summary>The first instant in (from, to] at which something holds that does not at <paramref name="from"/> and does at <paramref name="to"/>.</summary>
    public static long First(long from, long to, Func<long, bool> holds)
    {
        while (to - from > 1)
        {
            var middle = from + ((to - from) / 2);
            if (holds(middle))
            {
                to = middle;
            }
            else
            {
                from = middle;
            }
        }

        return to;
    }

    private static long FirstOf(DateTime? local, TimeZoneInfo zone) => local is { } some ? Calendar.Instant(some, zone).UtcTicks : Ticks.Never;

    // Null behind the last year of the calendar.
    private static DateTime? Following(DateTime start, CalendarUnit unit)
    {
        try
        {
            return unit switch
            {
                CalendarUnit.Year => start.AddYears(1),
                CalendarUnit.Quarter => start.AddMonths(3),
                CalendarUnit.Month => start.AddMonths(1),
                CalendarUnit.Week => start.AddDays(7),
                _ => start.AddDays(1),
            };
        }
        catch (ArgumentOutOfRangeException)
        {
            return null;
        }
    }
}
