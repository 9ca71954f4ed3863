using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>Comparisons with a constant that are an interval of the stored numbers.</summary>
internal sealed partial class VectorCompiler
{
    private (ScaledColumn Column, Interval Interval, bool Negated)? Range(BoundCompare? compare, ActivityTable? table)
    {
        if (compare is null || compare.Operator is < BinaryOperator.Equal or > BinaryOperator.GreaterOrEqual || Inputs.Of(compare.Left) is not [var input]
            || Column(input, table) is not { Column: ScaledColumn column } || Constant(compare.Right) is not { IsMissing: false } constant)
        {
            return null;
        }

        if (ReferenceEquals(compare.Left, input) || (compare.Left is BoundConvert { Type: RuleType.Decimal } widened && ReferenceEquals(widened.Operand, input)))
        {
            var (floor, ceiling) = compare.Left.Type == RuleType.Decimal ? Scale(constant.AsDecimal(), column.Digits) : (Whole(constant), Whole(constant));
            var (interval, negated) = Intervals(compare.Operator, floor, ceiling);
            return (column, interval, negated);
        }

        return Monotone(compare.Left) is var (direction, leaf) && ReferenceEquals(leaf, input) && column.Type != DataType.Decimal
            && Searched(compare, leaf, constant, direction) is var (found, without)
            ? (column, found, without)
            : null;
    }

    /// <summary>A comparison of a function that never changes direction, of something that is no column, as an interval of that.</summary>
    private VectorRangeBits? Range(BoundCompare compare, Value constant, ActivityTable? table) =>
        Monotone(compare.Left) is var (direction, leaf) && !ReferenceEquals(leaf, compare.Left)
        && leaf.Type is RuleType.Date or RuleType.Time or RuleType.Integer && Longs(leaf, table) is { } longs
            ? new VectorRangeBits(longs, Searched(compare, leaf, constant, direction).Interval, compare.Operator == BinaryOperator.NotEqual)
            : null;

    /// <summary>Finds the interval by halving: the function never changes direction, so its comparisons do so at one place.</summary>
    private (Interval Interval, bool Negated) Searched(BoundCompare compare, BoundNode leaf, Value constant, int direction)
    {
        var evaluate = Compiler.CompileMeasure(compare.Left, [leaf]);
        var order = Comparisons.Order(compare.Left.Type);
        var type = (DataType)leaf.Type;
        var (least, most) = type switch
        {
            DataType.Integer => (long.MinValue, long.MaxValue),
            DataType.Date => (0L, DateOnly.MaxValue.DayNumber),
            _ => (0L, DateTime.MaxValue.Ticks),
        };
        int Order(long at)
        {
            var frame = new Frame(OneValue.Subject(default), moment, 1);
            frame[0] = Of(type, at);
            return evaluate(frame) is { IsMissing: false } value
                ? order(value, constant) * direction
                : throw new InvalidOperationException("A function without a break has a value everywhere.");
        }

        // The first number at which it is at least the constant, and the first at which it is more (in its own direction).
        Int128 equal = First(least, most, at => Order(at) >= 0), more = First(least, most, at => Order(at) > 0);
        var op = direction > 0 ? compare.Operator : Flipped(compare.Operator)!.Value;
        return op switch
        {
            BinaryOperator.Equal => (new Interval(equal, more - 1), false),
            BinaryOperator.NotEqual => (new Interval(equal, more - 1), true),
            BinaryOperator.Less => (new Interval(Interval.Lowest, equal - 1), false),
            BinaryOperator.LessOrEqual => (new Interval(Interval.Lowest, more - 1), false),
            BinaryOperator.Greater => (new Interval(more, Interval.Highest), false),
            _ => (new Interval(equal, Interval.Highest), false),
        };
    }

    private static Int128 First(long least, long most, Func<long, bool> holds)
    {
        Int128 from = least, to = (Int128)most + 1;
        while (from < to)
        {
            var middle = (from + to) >> 1;
            if (holds((long)middle))
            {
                to = middle;
            }
            else
            {
                from = middle + 1;
            }
        }

        return from;
    }

    /// <summary>
    /// A function of something else that never falls as that grows (1), or never rises (-1), with what it is of. Days of a time are such
    /// in UTC only: where clocks are put back at midnight a later time has an earlier day.
    /// </summary>
    private (int Direction, BoundNode Leaf) Monotone(BoundNode node)
    {
        var (direction, operand) = node switch
        {
            BoundConvert { Type: RuleType.Number, Operand.Type: RuleType.Integer } convert => (1, convert.Operand),
            BoundConvert { Type: RuleType.Date } convert when InUtc => (1, convert.Operand),
            BoundTruncate truncate when InUtc || truncate.Type == RuleType.Date => (1, truncate.Operand),
            BoundCall { Function: Function.Year } call when InUtc || call.Arguments[0].Type == RuleType.Date => (1, call.Arguments[0]),
            BoundCall { Function: Function.DaysSince } call => (-1, call.Arguments[0]),
            BoundCall { Function: Function.DaysBetween } call when Constant(call.Arguments[1]) is { IsMissing: false } => (-1, call.Arguments[0]),
            BoundCall { Function: Function.DaysBetween } call when Constant(call.Arguments[0]) is { IsMissing: false } => (1, call.Arguments[1]),
            _ => (0, node),
        };
        if (direction == 0)
        {
            return (1, node);
        }

        var (inner, leaf) = Monotone(operand);
        return (direction * inner, leaf);
    }

    private static Value Of(DataType type, long whole) => type switch
    {
        DataType.Integer => Value.Of(whole),
        DataType.Date => Value.Of(DateOnly.FromDayNumber((int)whole)),
        _ => Value.Of(new DateTimeOffset(whole, TimeSpan.Zero)),
    };
}
