using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>An aggregate, ready to run.</summary>
/// <param name="Activity">The activity type; null over the profiles themselves.</param>
/// <param name="Where">Which rows; null for all.</param>
/// <param name="Start">A fresh accumulator.</param>
/// <param name="Source">For messages.</param>
internal sealed record AggregatePlan(string? Activity, Test? Where, Func<Accumulator> Start, Expression Source)
{
    public Value Result(Accumulator accumulator)
    {
        try
        {
            return accumulator.Result();
        }
        catch (OverflowException overflow)
        {
            throw Overflow(overflow);
        }
    }

    public void Add(Accumulator accumulator, Frame frame)
    {
        try
        {
            accumulator.Add(frame);
        }
        catch (OverflowException overflow)
        {
            throw Overflow(overflow);
        }
    }

    private RuleEvaluationException Overflow(OverflowException overflow) => new(Source, "overflow", overflow);
}

internal sealed partial class Compiler
{
    public AggregatePlan Plan(BoundAggregate aggregate)
    {
        var value = aggregate.Value is null ? null : Evaluation(aggregate.Value);
        var key = aggregate.Key is null ? null : Evaluation(aggregate.Key);
        var type = aggregate.Value?.Type ?? RuleType.Unknown;
        int sign = aggregate.Function is AggregateFunction.Max or AggregateFunction.Last or AggregateFunction.ArgMax ? 1 : -1;
        Func<Accumulator> start = aggregate.Function switch
        {
            AggregateFunction.Count => () => new CountAccumulator(value),
            AggregateFunction.Exists => () => new ExistsAccumulator(value),
            AggregateFunction.CountDistinct => () => new DistinctAccumulator(value!),
            AggregateFunction.Sum => () => new SumAccumulator(value!, type, mean: false),
            AggregateFunction.Avg => () => new SumAccumulator(value!, type, mean: true),
            AggregateFunction.Min or AggregateFunction.Max => () => new ExtremeAccumulator(value!, Comparisons.Order(type), sign),
            AggregateFunction.First or AggregateFunction.Last => () => new EndAccumulator(value!, sign),
            _ => () => new ArgumentAccumulator(value!, key!, Comparisons.Order(aggregate.Key!.Type), sign),
        };
        return new AggregatePlan(aggregate.Activity, aggregate.Where is null ? null : Test(aggregate.Where), start, aggregate.Source);
    }

    private Evaluation Aggregate(BoundNode node)
    {
        if (node is BoundSequence sequence)
        {
            var count = Sequence(sequence);
            return Kept(sequence.Nested, frame => Value.Of((long)count(frame, int.MaxValue)));
        }

        var aggregate = (BoundAggregate)node;
        if (aggregate.Function is AggregateFunction.First or AggregateFunction.Last)
        {
            return Kept(aggregate.Nested, End(aggregate));
        }

        var plan = Plan(aggregate);
        string type = aggregate.Activity!;
        return Kept(aggregate.Nested, frame =>
        {
            var accumulator = plan.Start();
            var activities = frame.Subject.Activities(type);
            for (int i = 0; i < activities.Count; i++)
            {
                frame.Activity = activities[i];
                if (plan.Where is null || plan.Where(frame))
                {
                    plan.Add(accumulator, frame);
                }
            }

            return plan.Result(accumulator);
        });
    }

    // The activities come by time, so the first or last is found from its end of the list.
    private Evaluation End(BoundAggregate aggregate)
    {
        var value = Evaluation(aggregate.Value!);
        var where = aggregate.Where is null ? null : Test(aggregate.Where);
        string type = aggregate.Activity!;
        bool last = aggregate.Function == AggregateFunction.Last;
        return frame =>
        {
            var activities = frame.Subject.Activities(type);
            for (int i = 0; i < activities.Count; i++)
            {
                frame.Activity = activities[last ? activities.Count - 1 - i : i];
                if ((where is null || where(frame)) && value(frame) is { IsMissing: false } present)
                {
                    return present;
                }
            }

            return default;
        };
    }

    private Test Exists(BoundNode node)
    {
        bool nested = node is BoundAggregate { Nested: true } or BoundSequence { Nested: true };
        Test exists;
        if (node is BoundSequence sequence)
        {
            var count = Sequence(sequence);
            exists = frame => count(frame, 1) > 0;
        }
        else
        {
            var aggregate = (BoundAggregate)node;
            string type = aggregate.Activity!;
            var where = aggregate.Where is null ? null : Test(aggregate.Where);
            var value = aggregate.Value is null ? null : Evaluation(aggregate.Value);
            exists = frame =>
            {
                var activities = frame.Subject.Activities(type);
                for (int i = 0; i < activities.Count; i++)
                {
                    frame.Activity = activities[i];
                    if ((where is null || where(frame)) && (value is null || !value(frame).IsMissing))
                    {
                        return true;
                    }
                }

                return false;
            };
        }

        if (!nested)
        {
            return exists;
        }

        int slot = _slots++;
        return frame => frame.Once(slot, inner => Value.Of(exists(inner))).AsBoolean();
    }

    private Evaluation Kept(bool nested, Evaluation evaluation)
    {
        if (!nested)
        {
            return evaluation;
        }

        int slot = _slots++;
        return frame => frame.Once(slot, evaluation);
    }

    /// <summary>
    /// Counts pairs, up to a limit: each first step, oldest first, takes the nearest second step that is later, in time and
    /// not taken. One pass over both lists, since both are by time.
    /// </summary>
    public Func<Frame, int, int> Sequence(BoundSequence sequence)
    {
        var firstWhere = sequence.FirstWhere is null ? null : Test(sequence.FirstWhere);
        var secondWhere = sequence.SecondWhere is null ? null : Test(sequence.SecondWhere);
        bool oneType = sequence.FirstActivity == sequence.SecondActivity;
        return (frame, limit) =>
        {
            var firsts = frame.Subject.Activities(sequence.FirstActivity);
            var seconds = frame.Subject.Activities(sequence.SecondActivity);
            HashSet<int>? taken = oneType ? [] : null;
            int pairs = 0, next = 0;
            for (int i = 0; i < firsts.Count && pairs < limit; i++)
            {
                // An event that ended a pair does not begin another.
                if (taken?.Contains(i) == true || !Holds(firstWhere, frame, firsts[i]))
                {
                    continue;
                }

                while (next < seconds.Count && (seconds[next].At <= firsts[i].At || !Holds(secondWhere, frame, seconds[next])))
                {
                    next++;
                }

                if (next < seconds.Count && seconds[next].At <= Latest(firsts[i].At, sequence.Within, frame.Moment))
                {
                    taken?.Add(next);
                    next++;
                    pairs++;
                }
            }

            return pairs;
        };
    }

    private static bool Holds(Test? where, Frame frame, IRuleActivity activity)
    {
        frame.Activity = activity;
        return where is null || where(frame);
    }

    private static DateTimeOffset Latest(DateTimeOffset at, BoundDuration? within, RuleMoment moment)
    {
        try
        {
            return within is null ? DateTimeOffset.MaxValue : Calendar.Shift(at, within.Amount, within.Unit, moment.Calendar);
        }
        catch (ArgumentOutOfRangeException)
        {
            return DateTimeOffset.MaxValue; // longer than the calendar: no limit
        }
    }
}
