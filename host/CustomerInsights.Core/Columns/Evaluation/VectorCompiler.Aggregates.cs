using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>Aggregates over each profile's activities.</summary>
internal sealed partial class VectorCompiler
{
    // Nobody has an activity of a type without a table: the closure says what comes of nothing.
    private ActivityRows? Rows(BoundAggregate aggregate)
    {
        if (aggregate.Activity is null || !_part.Activities.TryGetValue(aggregate.Activity, out var table))
        {
            return null;
        }

        if (aggregate.Where is null)
        {
            return new ActivityRows(table, null);
        }

        return Bits(aggregate.Where, table) is { } where ? new ActivityRows(table, where) : null;
    }

    private VectorNode<long>? Count(BoundAggregate aggregate)
    {
        if (aggregate.Activity is not null && !_part.Activities.ContainsKey(aggregate.Activity))
        {
            return new ConstantVector<long>(0);
        }

        if (Rows(aggregate) is not { } rows)
        {
            return null;
        }

        if (aggregate.Value is null)
        {
            return new CountVector(rows);
        }

        if (Presence(aggregate.Value, missing: false, rows.Table) is not { } present)
        {
            return null;
        }

        // What counts is that there is a value, where the condition holds.
        return new CountVector(new ActivityRows(
            rows.Table, aggregate.Where is null ? present : new LogicalBits(true, [Bits(aggregate.Where, rows.Table)!, present])));
    }

    private static VectorNode<long>? WholeAggregate(BoundAggregate aggregate, ActivityRows rows, VectorNode<long> operand) => aggregate.Function switch
    {
        AggregateFunction.Sum => (operand as ScaledVector)?.Column switch
        {
            { Width: 1 } column => new StoredSumVector<sbyte>(rows, column),
            { Width: 2 } column => new StoredSumVector<short>(rows, column),
            { Width: 4 } column => new StoredSumVector<int>(rows, column),
            _ => new FoldVector<long, long, LongSum>(rows, operand, default),
        },
        AggregateFunction.First or AggregateFunction.Last when operand is ScaledVector scaled => new EndVector(rows, scaled.Column, aggregate.Function == AggregateFunction.Last),
        _ => Picked(aggregate, rows, operand),
    };

    private VectorNode<double>? NumberAggregate(BoundAggregate aggregate) =>
        aggregate is { Value.Type: RuleType.Number } && Rows(aggregate) is { } rows && Numbers(aggregate.Value, rows.Table) is { } operand
            ? aggregate.Key is not null ? Argument(aggregate, (_, _) => operand)
                : aggregate.Function is AggregateFunction.Sum or AggregateFunction.Avg
                ? new FoldVector<double, double, NumberSum>(rows, operand, new NumberSum(aggregate.Function == AggregateFunction.Avg))
                : Picked(aggregate, rows, operand)
            : null;

    private VectorNode<decimal>? DecimalAggregate(BoundAggregate aggregate)
    {
        if (aggregate is not { Value.Type: RuleType.Decimal } || Rows(aggregate) is not { } rows)
        {
            return null;
        }

        var sums = aggregate.Function is AggregateFunction.Sum or AggregateFunction.Avg;
        var mean = aggregate.Function == AggregateFunction.Avg;
        if (sums && SameDigits(aggregate.Value, rows.Table) && Scaled(aggregate.Value, rows.Table) is var (scaled, digits))
        {
            return new FoldVector<long, decimal, ScaledSum>(rows, scaled, new ScaledSum(digits, mean));
        }

        return aggregate.Key is not null ? Argument(aggregate, (value, table) => Decimals(value, table))
            : Decimals(aggregate.Value, rows.Table) is not { } operand ? null
            : sums ? new FoldVector<decimal, decimal, DecimalSum>(rows, operand, new DecimalSum(mean))
            : Picked(aggregate, rows, operand);
    }

    /// <summary>Whether all its decimals are written with as many digits as they are kept with.</summary>
    private bool SameDigits(BoundNode node, ActivityTable table) => Column(node, table) is { Column: ScaledColumn { Scales.IsEmpty: true } } || node is BoundConvert;

    private VectorNode<T>? Shared<T>(BoundAggregate aggregate, VectorNode<T>? vector)
        where T : unmanaged => shared is null ? vector : shared.Of(aggregate, part, _part.Rows, moment.Calendar, vector);

    private VectorNode<long>? Distinct(BoundAggregate aggregate)
    {
        if (aggregate.Activity is not null && !_part.Activities.ContainsKey(aggregate.Activity))
        {
            return new ConstantVector<long>(0);
        }

        return Rows(aggregate) is { } rows && Identities(aggregate.Value!, rows.Table) is var (values, codes) ? new DistinctVector(rows, values, codes) : null;
    }

    /// <summary>Values of activities as numbers that are equal when they are; the highest, where they are codes.</summary>
    private (VectorNode<long> Values, int? Codes)? Identities(BoundNode node, ActivityTable table)
    {
        switch (node.Type)
        {
            case RuleType.Text when Column(node, table) is { Known: true } found:
                return found.Column switch
                {
                    null => (new ConstantVector<long>(null), 1),
                    TextColumn text => (new CodeVector(text), text.Dictionary.Count),
                    _ => null,
                };
            case RuleType.Integer or RuleType.Date or RuleType.Time when Longs(node, table) is { } longs:
                return (longs, null);
            case RuleType.Decimal when Scaled(node, table) is var (scaled, _):
                return (scaled, null);
            case RuleType.Number when Numbers(node, table) is { } numbers:
                return (new MapVector<double, long>(numbers, static number => BitConverter.DoubleToInt64Bits(number == 0 ? 0 : number)), null);
            default:
                return null;
        }
    }

    private VectorNode<T>? Argument<T>(BoundAggregate aggregate, Func<BoundNode, ActivityTable, VectorNode<T>?> values)
        where T : unmanaged
    {
        if (Rows(aggregate) is not { } rows || values(aggregate.Value!, rows.Table) is not { } operand)
        {
            return null;
        }

        var (key, largest) = (aggregate.Key!, aggregate.Function == AggregateFunction.ArgMax);
        return key.Type switch
        {
            RuleType.Integer or RuleType.Date or RuleType.Time when Longs(key, rows.Table) is { } longs => new ArgumentVector<long, T>(rows, longs, operand, largest),
            RuleType.Decimal when Scaled(key, rows.Table) is var (scaled, _) => new ArgumentVector<long, T>(rows, scaled, operand, largest),
            RuleType.Number when Numbers(key, rows.Table) is { } numbers => new ArgumentVector<double, T>(rows, numbers, operand, largest),
            _ => null,
        };
    }

    /// <summary>Texts of profiles as codes of one column: an attribute, or what an aggregate picks of a field.</summary>
    public (VectorNode<long> Codes, TextColumn Column)? TextCodes(BoundNode node)
    {
        if (node is BoundAttribute)
        {
            return Column(node, null) is { Column: TextColumn attribute } ? (new CodeVector(attribute), attribute) : null;
        }

        if (node is not BoundAggregate { Value: not null } aggregate || Rows(aggregate) is not { } rows || Column(aggregate.Value, rows.Table) is not { Column: TextColumn column })
        {
            return null;
        }

        var codes = new CodeVector(column);
        var picked = aggregate.Function switch
        {
            AggregateFunction.First or AggregateFunction.Last => new FoldVector<long, long, End<long>>(rows, codes, new End<long>(aggregate.Function == AggregateFunction.Last)),
            AggregateFunction.ArgMin or AggregateFunction.ArgMax => Argument(aggregate, (_, _) => codes),
            _ => null,
        };
        return Shared(aggregate, picked) is { } vector ? (vector, column) : null;
    }

    private static VectorNode<T>? Picked<T>(BoundAggregate aggregate, ActivityRows rows, VectorNode<T> operand)
        where T : unmanaged, System.Numerics.IComparisonOperators<T, T, bool> => aggregate.Function switch
        {
            AggregateFunction.Min or AggregateFunction.Max => new FoldVector<T, T, Extreme<T>>(rows, operand, new Extreme<T>(aggregate.Function == AggregateFunction.Max)),
            AggregateFunction.First or AggregateFunction.Last => new FoldVector<T, T, End<T>>(rows, operand, new End<T>(aggregate.Function == AggregateFunction.Last)),
            _ => null,
        };
}
