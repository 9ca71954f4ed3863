using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules.Flips;

/// <summary>What is solved: instants and days that go along with now, beside something fixed.</summary>
internal sealed partial class FlipCompiler
{
    /// <summary>An instant as it is now: a course with the time, or a value that stands; and until when that is so.</summary>
    private readonly record struct Side(Course? Course, Value Value, long Until);

    private delegate Side Instant(FlipFrame frame);

    private Instant InstantOf(BoundNode node)
    {
        if (!FlipTraits.GoesAlong(node))
        {
            var (value, until) = (_compiler.Evaluation(node), Until(node));
            return frame => new Side(null, value(frame.Frame), until(frame));
        }

        switch (node)
        {
            case BoundShift shift:
                return Shifted(shift);
            case BoundIf choice:
                var condition = _compiler.Test(choice.Condition);
                var decided = Until(choice.Condition);
                Instant then = InstantOf(choice.Then), otherwise = InstantOf(choice.Otherwise);
                return frame =>
                {
                    var side = condition(frame.Frame) ? then(frame) : otherwise(frame);
                    return side with { Until = Math.Min(side.Until, decided(frame)) };
                };
            case BoundCall { Function: Function.Coalesce } call:
                Instant[] arguments = [.. call.Arguments.Select(InstantOf)];
                return frame =>
                {
                    var least = Ticks.Never;
                    foreach (var argument in arguments)
                    {
                        var side = argument(frame);
                        least = Math.Min(least, side.Until);
                        if (side.Course is not null || !side.Value.IsMissing)
                        {
                            return side with { Until = least };
                        }
                    }

                    return new Side(null, default, least);
                };
            default:
                return frame => new Side(new Course([], frame.Zone), default, Ticks.Never);
        }
    }

    private Instant Shifted(BoundShift shift)
    {
        var from = InstantOf(shift.Start);
        var value = _compiler.Evaluation(shift);
        return frame => from(frame) switch
        {
            { Course: null } side => side with { Value = side.Value.IsMissing ? default : value(frame.Frame) },
            var side => side with { Course = side.Course.Then(shift) },
        };
    }

    // The instant is present whichever it is, so that only another choice can matter.
    private Until Chosen(BoundNode node)
    {
        var instant = InstantOf(node);
        return frame => instant(frame).Until;
    }

    private Until UnitEnds(BoundNode node, CalendarUnit unit)
    {
        var instant = InstantOf(node);
        return frame => instant(frame) switch
        {
            { Course: { } course } side => Math.Min(side.Until, course.UnitEnds(unit, frame.Now)),
            var side => side.Until,
        };
    }

    private Until Compare(BoundCompare compare)
    {
        var reach = Reach.Of(compare.Operator);
        if (FlipTraits.GoesAlong(compare.Left) || FlipTraits.GoesAlong(compare.Right))
        {
            Instant left = InstantOf(compare.Left), right = InstantOf(compare.Right);
            return frame => Crossing(left(frame), right(frame), reach, frame.Now);
        }

        return Solved(compare.Left, compare.Right, reach) ?? Solved(compare.Right, compare.Left, reach.Mirrored()) ?? Earliest([compare.Left, compare.Right]);
    }

    private static long Crossing(Side left, Side right, Reach reach, long now)
    {
        var until = Math.Min(left.Until, right.Until);
        return (left.Course, right.Course) switch
        {
            ({ } a, { } b) => Math.Min(until, Math.Min(a.PieceEnd(now), b.PieceEnd(now))),
            ({ } course, null) => Crossing(course, right.Value, reach, until, now),
            (null, { } course) => Crossing(course, left.Value, reach.Mirrored(), until, now),
            _ => until,
        };
    }

    private static long Crossing(Course course, Value target, Reach reach, long until, long now) =>
        target.IsMissing ? until : Math.Min(until, reach.First(target.AsTime().UtcTicks, limit => course.Crossing(limit, now)));

    private Until In(BoundIn within)
    {
        if (!FlipTraits.GoesAlong(within.Operand) && !within.Items.Any(FlipTraits.GoesAlong))
        {
            return Earliest([within.Operand, .. within.Items]);
        }

        var operand = InstantOf(within.Operand);
        Instant[] items = [.. within.Items.Select(InstantOf)];
        return frame =>
        {
            var left = operand(frame);
            return items.Min(item => Crossing(left, item(frame), Reach.Both, frame.Now));
        };
    }

    /// <summary>A comparison of days with something that does not go along; null for any other.</summary>
    private Until? Solved(BoundNode days, BoundNode other, Reach reach)
    {
        if (DaysFromToday(days) is { } ahead)
        {
            var (fixedDay, until) = (_compiler.Evaluation(other), Until(other));
            return frame => fixedDay(frame.Frame) is { IsMissing: false } day
                ? Math.Min(until(frame), reach.First(day.AsDate().DayNumber - (long)ahead, limit => DayCrosses(limit, frame)))
                : until(frame);
        }

        var counted = days is BoundConvert { Type: RuleType.Decimal or RuleType.Number } convert ? convert.Operand : days;
        if (counted is not BoundCall { Function: Function.DaysSince, Arguments: [var since] } || FlipTraits.GoesAlong(since))
        {
            return null;
        }

        var (limit, limitUntil) = (_compiler.Evaluation(other), Until(other));
        var (start, startUntil) = (_compiler.Evaluation(since), Until(since));
        return frame =>
        {
            var stands = Math.Min(limitUntil(frame), startUntil(frame));
            return limit(frame.Frame) is { IsMissing: false } most && start(frame.Frame) is { IsMissing: false } from
                ? Math.Min(stands, reach.First(most.AsNumber(), count => CountCrosses(from, count, frame)))
                : stands;
        };
    }

    // Today and days ahead of it; null for anything else, months included: they clamp.
    private static int? DaysFromToday(BoundNode node) => node switch
    {
        BoundCall { Function: Function.Today } => 0,
        BoundConvert { Type: RuleType.Date, Operand: BoundCall { Function: Function.Now } } => 0,
        BoundShift { Start: BoundCall { Function: Function.Today }, Unit: DurationUnit.Day } shift => shift.Amount,
        BoundShift { Start: BoundCall { Function: Function.Today }, Unit: DurationUnit.Week, Amount: > -1_000_000 and < 1_000_000 } shift => 7 * shift.Amount,
        _ => null,
    };

    private static long DayCrosses(long day, FlipFrame frame) => Calendar.DayOf(frame.Frame.Moment.Now, frame.Zone).DayNumber >= day
        ? Boundaries.DayReturns(frame.Now, frame.Zone)
        : Boundaries.DayComes(frame.Now, day, frame.Zone);

    // Days since something count upwards; they reach the limit or have reached it.
    private static long CountCrosses(Value from, long limit, FlipFrame frame)
    {
        var reached = Calendar.DaysBetween(from, Calendar.NowLike(from, frame.Frame.Moment)).AsInteger() >= limit;
        return (from.Type == DataType.Date, reached) switch
        {
            (true, true) => Boundaries.DayReturns(frame.Now, frame.Zone),
            (true, false) => Boundaries.DayComes(frame.Now, from.AsDate().DayNumber + limit, frame.Zone),
            (false, true) => Ticks.Never,
            _ => Reaches(from.AsTime().UtcTicks, limit),
        };
    }

    // Whole days are cut towards zero: before the start, a day less is reached one tick after the full day.
    private static long Reaches(long from, long days) =>
        days > 0 ? from + (days * TimeSpan.TicksPerDay) : from + ((days - 1) * TimeSpan.TicksPerDay) + 1;

    private Until DaysSince(BoundCall call)
    {
        var of = call.Arguments[0];
        if (FlipTraits.GoesAlong(of))
        {
            return PieceEnds(of);
        }

        var (value, until) = (_compiler.Evaluation(of), Until(of));
        return frame => value(frame.Frame) is { IsMissing: false } from
            ? Math.Min(until(frame), from.Type == DataType.Date
                ? Boundaries.After(frame.Now, CalendarUnit.Day, frame.Zone)
                : Reaches(from.AsTime().UtcTicks, Calendar.DaysBetween(from, Value.Of(frame.Frame.Moment.Now)).AsInteger() + 1))
            : until(frame);
    }

    // Both keep their distance from now, and so from each other, within a piece.
    private Until PieceEnds(BoundNode node)
    {
        var instant = InstantOf(node);
        var value = _compiler.Evaluation(node);
        return frame => instant(frame) switch
        {
            { Course: { } course } side => Math.Min(side.Until, course.PieceEnd(frame.Now)),
            var side => value(frame.Frame) is { IsMissing: false } from
                ? Math.Min(side.Until, Reaches(from.AsTime().UtcTicks, Calendar.DaysBetween(from, Value.Of(frame.Frame.Moment.Now)).AsInteger() + 1))
                : side.Until,
        };
    }

    private Until DaysBetween(BoundCall call)
    {
        Instant first = InstantOf(call.Arguments[0]), second = InstantOf(call.Arguments[1]);
        return frame =>
        {
            Side from = first(frame), to = second(frame);
            var until = Math.Min(from.Until, to.Until);
            foreach (var course in new[] { from.Course, to.Course }.OfType<Course>())
            {
                until = Math.Min(until, course.PieceEnd(frame.Now));
            }

            if ((from.Course is null) == (to.Course is null))
            {
                return until;
            }

            var standing = from.Course is null ? from.Value : to.Value;
            return standing.IsMissing ? until : Math.Min(until, frame.Now + ToNextDay(from, to, standing.AsTime().UtcTicks, frame.Now));
        };
    }

    // Ticks until the whole days between something fixed and something that goes along are another number: both directions look alike but for the sign.
    private static long ToNextDay(Side from, Side to, long standing, long now)
    {
        var ahead = (from.Course ?? to.Course)!.At(now) - standing;
        var days = ahead / TimeSpan.TicksPerDay;
        return Reaches(0, days + 1) - ahead;
    }
}
