namespace CustomerInsights.Core.Rules.Flips;

/// <summary>
/// An instant that goes along with <c>now</c>: <c>now</c> moved by durations, one after the other. Lengths of time keep their distance from
/// <c>now</c>. Calendar months do not: they clamp to the end of a month and follow the zone's clock, so that the course jumps back and ahead.
/// Between jumps it goes tick by tick; such a stretch is called a piece.
/// </summary>
/// <param name="shifts">The durations, the first one first.</param>
/// <param name="zone">The zone of the calendar.</param>
internal sealed class Course(IReadOnlyList<BoundShift> shifts, TimeZoneInfo zone)
{
    private const double DaysInMonth = 146_097 / 4800.0; // 400 years of the calendar have 146,097 days.

    // How far months can lie from their mean length, clamping, leap days and a change of offset included.
    private const double Slack = 6;

    private readonly bool _steady = shifts.All(shift => !IsCalendar(shift.Unit));

    /// <summary>The same, moved by one more duration.</summary>
    public Course Then(BoundShift shift) => new([.. shifts, shift], zone);

    /// <summary>Where it is at an instant.</summary>
    /// <exception cref="ArgumentOutOfRangeException">Outside of the calendar.</exception>
    public long At(long now)
    {
        var time = Ticks.Time(now);
        foreach (var shift in shifts)
        {
            time = Calendar.Shift(time, shift.Amount, shift.Unit, zone);
        }

        return time.UtcTicks;
    }

    /// <summary>The first instant after <paramref name="now"/> at which the course reaches a fixed instant, or has fallen back before it.</summary>
    public long Crossing(long target, long now)
    {
        try
        {
            var at = At(now);
            return at >= target ? _steady ? Ticks.Never : Falls(target, now)
                : _steady ? now + (target - at)
                : Rises(target, now);
        }
        catch (ArgumentOutOfRangeException)
        {
            return Ticks.Never; // It leaves the calendar before it crosses.
        }
    }

    /// <summary>The first instant after <paramref name="now"/> at which the course can lie in another unit of the calendar.</summary>
    public long UnitEnds(CalendarUnit unit, long now)
    {
        try
        {
            var at = At(now);
            var end = Boundaries.After(at, unit, zone);
            return Math.Min(end == Ticks.Never ? end : now + (end - at), PieceEnd(now));
        }
        catch (ArgumentOutOfRangeException)
        {
            return Ticks.Never;
        }
    }

    /// <summary>The first instant after <paramref name="now"/> at which the course jumps, or might; never for lengths of time.</summary>
    public long PieceEnd(long now)
    {
        if (_steady)
        {
            return Ticks.Never;
        }

        // In UTC a jump falls on the midnight of what months are added to. With a clock that changes, one is looked for within every hour.
        var unit = ReferenceEquals(zone, TimeZoneInfo.Utc) ? CalendarUnit.Day : CalendarUnit.Hour;
        var (end, time) = (Ticks.Never, now);
        foreach (var shift in shifts)
        {
            if (IsCalendar(shift.Unit) && Boundaries.After(time, unit, zone) is not Ticks.Never and var boundary)
            {
                end = Math.Min(end, now + (boundary - time));
            }

            time = Calendar.Shift(Ticks.Time(time), shift.Amount, shift.Unit, zone).UtcTicks;
        }

        if (end > Ticks.Last)
        {
            return Ticks.Never;
        }

        var distance = At(now) - now;
        return end - 1 <= now || At(end - 1) - (end - 1) == distance ? end : Boundaries.First(now, end - 1, instant => At(instant) - instant != distance);
    }

    private static bool IsCalendar(DurationUnit unit) => unit is DurationUnit.Month or DurationUnit.Year;

    private long Rises(long target, long now)
    {
        // Nothing rises to the target sooner than the greatest distance allows.
        var from = Math.Max(now, target - Distance(+1) - 1);
        if (from > now && At(from) >= target)
        {
            from = now;
        }

        while (from <= Ticks.Last)
        {
            var at = At(from);
            if (from > now && at >= target)
            {
                return from;
            }

            var end = PieceEnd(from);
            if (from + (target - at) < end)
            {
                return from + (target - at);
            }

            from = end;
        }

        return Ticks.Never;
    }

    // It falls back only at a jump, and not at all once the least distance keeps it behind the target.
    private long Falls(long target, long now)
    {
        var from = now;
        while (from < target - Distance(-1))
        {
            from = PieceEnd(from);
            if (from > Ticks.Last || At(from) < target)
            {
                return from;
            }
        }

        return Ticks.Never;
    }

    // The most (+1) or the least (-1) that it can be ahead of now.
    private long Distance(int sign)
    {
        var days = 0.0;
        foreach (var shift in shifts)
        {
            days += shift.Unit switch
            {
                DurationUnit.Minute => shift.Amount / 1440.0,
                DurationUnit.Hour => shift.Amount / 24.0,
                DurationUnit.Day => shift.Amount,
                DurationUnit.Week => 7.0 * shift.Amount,
                DurationUnit.Month => (shift.Amount * DaysInMonth) + (sign * Slack),
                _ => (shift.Amount * 12 * DaysInMonth) + (sign * Slack),
            };
        }

        // A tick is lost to rounding at most; the slack has room for it.
        return (long)(Math.Clamp(days, -4_000_000, 4_000_000) * TimeSpan.TicksPerDay);
    }
}
