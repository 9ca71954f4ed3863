using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>Dates and times in a zone. Fixed units (minutes to weeks) are lengths of time; months and years follow the calendar.</summary>
internal static class Calendar
{
    public static DateOnly DayOf(DateTimeOffset time, TimeZoneInfo zone) => DateOnly.FromDateTime(Local(time, zone));

    /// <summary>The current instant for a time, the current day for a date.</summary>
    public static Value NowLike(Value value, RuleMoment moment) =>
        value.Type == DataType.Time ? Value.Of(moment.Now) : Value.Of(DayOf(moment.Now, moment.Calendar));

    /// <summary>Whole days from one to the other, cut towards zero. Both are dates, or both are times (24 hours are a day).</summary>
    public static Value DaysBetween(Value from, Value to) => Value.Of(from.Type == DataType.Time
        ? (to.AsTime() - from.AsTime()).Ticks / TimeSpan.TicksPerDay
        : to.AsDate().DayNumber - from.AsDate().DayNumber);

    /// <summary>Moves a date or time. Months and years clamp to the month's last day.</summary>
    /// <exception cref="ArgumentOutOfRangeException">The result lies outside the years 1 to 9999.</exception>
    public static Value Shift(Value value, int amount, DurationUnit unit, TimeZoneInfo zone)
    {
        if (value.Type == DataType.Time)
        {
            return Value.Of(Shift(value.AsTime(), amount, unit, zone));
        }

        var date = value.AsDate();
        return Value.Of(unit switch
        {
            DurationUnit.Day => AddDays(date, amount),
            DurationUnit.Week => AddDays(date, 7L * amount),
            DurationUnit.Month => date.AddMonths(amount),
            _ => date.AddMonths(Months(amount)),
        });
    }

    public static DateTimeOffset Shift(DateTimeOffset time, int amount, DurationUnit unit, TimeZoneInfo zone)
    {
        long minutes = unit switch
        {
            DurationUnit.Minute => 1,
            DurationUnit.Hour => 60,
            DurationUnit.Day => 24 * 60,
            DurationUnit.Week => 7 * 24 * 60,
            _ => 0,
        };
        if (minutes == 0)
        {
            return Instant(Local(time, zone).AddMonths(unit == DurationUnit.Month ? amount : Months(amount)), zone);
        }

        // In 128 bits: a hundred million weeks are more ticks than 64 bits hold.
        var ticks = ((Int128)amount * minutes * TimeSpan.TicksPerMinute) + time.UtcTicks;
        return ticks >= 0 && ticks <= DateTimeOffset.MaxValue.UtcTicks
            ? new DateTimeOffset((long)ticks, TimeSpan.Zero)
            : throw new ArgumentOutOfRangeException(nameof(amount));
    }

    public static Value Truncate(Value value, CalendarUnit unit, TimeZoneInfo zone)
    {
        if (value.IsMissing)
        {
            return default;
        }

        if (value.Type == DataType.Date)
        {
            return Value.Of(DateOnly.FromDateTime(Start(value.AsDate().ToDateTime(TimeOnly.MinValue), unit)));
        }

        var time = value.AsTime();
        if (unit != CalendarUnit.Hour)
        {
            return Value.Of(Instant(Start(Local(time, zone), unit), zone));
        }

        // Within the hour that is on the clock, so that the two hours of an autumn night stay two.
        var local = Local(time, zone);
        return Value.Of(time.AddTicks(-(local.Ticks % TimeSpan.TicksPerHour)));
    }

    public static long Part(Value value, Function function, TimeZoneInfo zone)
    {
        var local = value.Type == DataType.Date ? value.AsDate().ToDateTime(TimeOnly.MinValue) : Local(value.AsTime(), zone);
        return function switch
        {
            Function.Year => local.Year,
            Function.Quarter => ((local.Month - 1) / 3) + 1,
            Function.Month => local.Month,
            Function.Day => local.Day,
            Function.Weekday => Weekday(local),
            _ => local.Hour,
        };
    }

    // Monday is 1, as in ISO 8601.
    private static int Weekday(DateTime day) => (((int)day.DayOfWeek + 6) % 7) + 1;

    internal static DateTime Start(DateTime local, CalendarUnit unit)
    {
        var day = local.Date;
        return unit switch
        {
            CalendarUnit.Year => new DateTime(day.Year, 1, 1),
            CalendarUnit.Quarter => new DateTime(day.Year, ((day.Month - 1) / 3 * 3) + 1, 1),
            CalendarUnit.Month => new DateTime(day.Year, day.Month, 1),

            // 1 January of year 1 is a Monday, so no week begins before the calendar does.
            CalendarUnit.Week => day.AddDays(1 - Weekday(day)),
            _ => day,
        };
    }

    internal static DateTime Local(DateTimeOffset time, TimeZoneInfo zone) =>
        ReferenceEquals(zone, TimeZoneInfo.Utc) ? time.UtcDateTime : TimeZoneInfo.ConvertTime(time, zone).DateTime;

    // A clock time that is skipped in spring moves forward by the gap; of two in autumn the earlier is meant.
    internal static DateTimeOffset Instant(DateTime local, TimeZoneInfo zone)
    {
        local = DateTime.SpecifyKind(local, DateTimeKind.Unspecified);
        var offset = zone.IsInvalidTime(local) ? zone.GetUtcOffset(local.AddHours(-3))
            : zone.IsAmbiguousTime(local) ? zone.GetAmbiguousTimeOffsets(local).Max()
            : zone.GetUtcOffset(local);
        long ticks = local.Ticks - offset.Ticks;
        return new DateTimeOffset(Math.Clamp(ticks, 0, DateTimeOffset.MaxValue.UtcTicks), TimeSpan.Zero);
    }

    private static DateOnly AddDays(DateOnly date, long days) =>
        date.DayNumber + days is >= 0 and var number && number <= DateOnly.MaxValue.DayNumber
            ? DateOnly.FromDayNumber((int)number)
            : throw new ArgumentOutOfRangeException(nameof(days));

    // More months than the calendar has, but not more than an int holds.
    private static int Months(int years) => (int)Math.Clamp(12L * years, -12 * 10_000, 12 * 10_000);
}
