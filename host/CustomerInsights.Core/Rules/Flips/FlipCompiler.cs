using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules.Flips;

/// <summary>
/// Turns bound nodes into closures that tell until when a value stands. Values themselves come from the rule's own compiler, so that both can
/// never mean different things. A part that does not move with time costs nothing.
/// </summary>
internal sealed partial class FlipCompiler
{
    private static readonly Until s_never = _ => Ticks.Never;

    private readonly Compiler _compiler = new();
    private int _kept;

    public static FlipPlan Compile(BoundNode root)
    {
        var compiler = new FlipCompiler();
        var until = compiler.Until(root);
        return new FlipPlan(until, compiler._compiler.Slots, compiler._kept);
    }

    private Until Until(BoundNode node)
    {
        if (!FlipTraits.Moves(node))
        {
            return s_never;
        }

        return node switch
        {
            BoundCall { Function: Function.Now } => frame => frame.Now + 1,
            BoundCall { Function: Function.Today } => frame => Boundaries.After(frame.Now, CalendarUnit.Day, frame.Zone),
            BoundCall { Function: Function.DaysSince } call => DaysSince(call),
            BoundCall { Function: Function.DaysBetween } call when call.Arguments.Any(FlipTraits.GoesAlong) => DaysBetween(call),
            BoundCall { Function: Function.Coalesce } call => Coalesce(call),
            BoundCall call when call.Arguments is [var of] && FlipTraits.GoesAlong(of) => UnitEnds(of, UnitOf(call.Function)),
            BoundConvert { Type: RuleType.Date } convert when FlipTraits.GoesAlong(convert.Operand) => UnitEnds(convert.Operand, CalendarUnit.Day),
            BoundTruncate truncate when FlipTraits.GoesAlong(truncate.Operand) => UnitEnds(truncate.Operand, truncate.Unit),
            BoundPresence presence when FlipTraits.GoesAlong(presence.Operand) => Chosen(presence.Operand),
            BoundCompare compare => Compare(compare),
            BoundIn within => In(within),
            BoundLogical logical => Logical(logical),
            BoundIf choice => Choice(choice),
            BoundAggregate aggregate => Kept(aggregate.Nested, Aggregate(aggregate)),
            BoundSequence sequence => Kept(sequence.Nested, Sequence(sequence)),
            _ => Earliest([.. FlipTraits.Children(node)]),
        };
    }

    private static CalendarUnit UnitOf(Function function) => function switch
    {
        Function.Year => CalendarUnit.Year,
        Function.Quarter => CalendarUnit.Quarter,
        Function.Month => CalendarUnit.Month,
        Function.Hour => CalendarUnit.Hour,
        _ => CalendarUnit.Day,
    };

    private Until Earliest(IReadOnlyList<BoundNode> nodes)
    {
        Until[] moving = [.. nodes.Index().Where(one => FlipTraits.Moves(one.Item)).Select(one => one.Index == 0 ? Until(one.Item) : Reached(Until(one.Item)))];
        return moving is [var only] ? only : frame =>
        {
            var least = Ticks.Never;
            foreach (var until in moving)
            {
                least = Math.Min(least, until(frame));
            }

            return least;
        };
    }

    // The evaluation comes to an operand only if those before it are there: substring(missing, 1 / 0) does not fail. One that fails here is one that it did not come to, since it would have
    // failed as well, and it does not come to it before one of those changes.
    private static Until Reached(Until until) => frame =>
    {
        try
        {
            return until(frame);
        }
        catch (RuleEvaluationException)
        {
            return Ticks.Never;
        }
    };

    private Until Choice(BoundIf choice)
    {
        var condition = _compiler.Test(choice.Condition);
        Until decided = Until(choice.Condition), then = Until(choice.Then), otherwise = Until(choice.Otherwise);
        return frame => Math.Min(decided(frame), condition(frame.Frame) ? then(frame) : otherwise(frame));
    }

    private Until Coalesce(BoundCall call)
    {
        var arguments = call.Arguments.Select(argument => (Value: _compiler.Evaluation(argument), Until: Until(argument))).ToArray();
        return frame =>
        {
            var least = Ticks.Never;
            foreach (var (value, until) in arguments)
            {
                least = Math.Min(least, until(frame));
                if (!value(frame.Frame).IsMissing)
                {
                    break;
                }
            }

            return least;
        };
    }

    // What decides stays decided while one operand that decides it stands: "and" is false for as long as the longest of its false operands.
    private Until Logical(BoundLogical logical)
    {
        var operands = logical.Operands.Select(operand => (Holds: _compiler.Test(operand), Until: Until(operand))).ToArray();
        var all = logical.All;
        return frame =>
        {
            var (least, decided) = (Ticks.Never, -1L);
            foreach (var (holds, until) in operands)
            {
                if (decided < 0)
                {
                    var next = until(frame);
                    (least, decided) = holds(frame.Frame) != all ? (least, next) : (Math.Min(least, next), decided);
                }
                else if (decided < Ticks.Never && Beyond(frame, holds, until, !all) is { } longer)
                {
                    decided = Math.Max(decided, longer);
                }
            }

            return decided < 0 ? least : decided;
        };
    }

    // An operand that the evaluation would not have come to: it counts only if it decides too, and must not fail what does not fail.
    private static long? Beyond(FlipFrame frame, Test holds, Until until, bool decides)
    {
        try
        {
            return holds(frame.Frame) == decides ? until(frame) : null;
        }
        catch (RuleEvaluationException)
        {
            return null;
        }
    }

    private Until Kept(bool nested, Until until)
    {
        if (!nested)
        {
            return until;
        }

        var slot = _kept++;
        return frame => frame.Once(slot, until);
    }

    private Until Aggregate(BoundAggregate aggregate)
    {
        var where = aggregate.Where is null ? null : _compiler.Test(aggregate.Where);
        var whereUntil = aggregate.Where is null ? s_never : Until(aggregate.Where);
        BoundNode[] read = [.. new[] { aggregate.Value, aggregate.Key }.OfType<BoundNode>()];
        var value = aggregate.Value is null ? null : _compiler.Evaluation(aggregate.Value);
        var valueUntil = Earliest(read);
        bool exists = aggregate.Function == AggregateFunction.Exists, last = aggregate.Function == AggregateFunction.Last;
        var stops = last || aggregate.Function == AggregateFunction.First;
        return frame => Over(frame, aggregate.Activity!, last, row =>
        {
            var until = whereUntil(row);
            var counts = where is null || where(row.Frame);
            if (!counts)
            {
                return (until, Row.Passed);
            }

            until = Math.Min(until, valueUntil(row));
            var present = (!exists && !stops) || value is null || !value(row.Frame).IsMissing;
            return (until, !present ? Row.Passed : exists ? Row.Proves : stops ? Row.Ends : Row.Passed);
        });
    }

    private Until Sequence(BoundSequence sequence)
    {
        Until first = sequence.FirstWhere is null ? s_never : Until(sequence.FirstWhere), second = sequence.SecondWhere is null ? s_never : Until(sequence.SecondWhere);
        return frame => Math.Min(
            Over(frame, sequence.FirstActivity, false, row => (first(row), Row.Skipped)),
            Over(frame, sequence.SecondActivity, false, row => (second(row), Row.Skipped)));
    }

    private enum Row
    {
        /// <summary>One of many that the answer is made of.</summary>
        Passed,

        /// <summary>The answer is this one: what comes after it does not matter.</summary>
        Ends,

        /// <summary>Makes the answer true, as long as it stands.</summary>
        Proves,

        /// <summary>The evaluation may not have come to it, so that its failure is none.</summary>
        Skipped,
    }

    private static long Over(FlipFrame frame, string type, bool backwards, Func<FlipFrame, (long Until, Row Row)> look)
    {
        var outer = frame.Frame.Activity;
        var activities = frame.Frame.Subject.Activities(type);
        var (least, proved) = (Ticks.Never, -1L);
        for (var i = 0; i < activities.Count && proved < Ticks.Never; i++)
        {
            frame.Frame.Activity = activities[backwards ? activities.Count - 1 - i : i];
            var (until, row) = Look(frame, look, mayFail: proved < 0);
            if (row == Row.Proves)
            {
                proved = Math.Max(proved, until);
            }

            least = Math.Min(least, until);
            if (row == Row.Ends)
            {
                break;
            }
        }

        frame.Frame.Activity = outer;
        return proved < 0 ? least : proved;
    }

    private static (long Until, Row Row) Look(FlipFrame frame, Func<FlipFrame, (long Until, Row Row)> look, bool mayFail)
    {
        try
        {
            return look(frame);
        }
        catch (RuleEvaluationException) when (!mayFail)
        {
            return (Ticks.Never, Row.Passed);
        }
    }
}
