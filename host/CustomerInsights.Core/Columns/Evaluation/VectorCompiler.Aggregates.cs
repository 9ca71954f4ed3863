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
            ? aggregate.Function is AggregateFunction.Sum or AggregateFunction.Avg
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

        return Decimals(aggregate.Value, rows.Table) is not { } operand ? null
            : sums ? new FoldVector<decimal, decimal, DecimalSum>(rows, operand, new DecimalSum(mean))
            : Picked(aggregate, rows, operand);
    }

    /// <summary>Whether all its decimals are written with as many digits as they are kept with.</summary>
    private bool SameDigits(BoundNode node, ActivityTable table) => Column(node, table) is { Column: ScaledColumn { Scales.IsEmpty: true } } || node is BoundConvert;

    private static VectorNode<T>? Picked<T>(BoundAggregate aggregate, ActivityRows rows, VectorNode<T> operand)
        where T : unmanaged, System.Numerics.IComparisonOperators<T, T, bool> => aggregate.Function switch
        {
            AggregateFunction.Min or AggregateFunction.Max => new FoldVector<T, T, Extreme<T>>(rows, operand, new Extreme<T>(aggregate.Function == AggregateFunction.Max)),
            AggregateFunction.First or AggregateFunction.Last => new FoldVector<T, T, End<T>>(rows, operand, new End<T>(aggregate.Function == AggregateFunction.Last)),
            _ => null,
        };
}
