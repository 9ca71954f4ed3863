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

        return Direction(compare.Left) is { } direction && column.Type != DataType.Decimal ? Searched(compare, column, constant, direction) : null;
    }

    /// <summary>Finds the interval by halving: the function never changes direction, so its comparisons do so at one place.</summary>
    private (ScaledColumn Column, Interval Interval, bool Negated)? Searched(BoundCompare compare, ScaledColumn column, Value constant, int direction)
    {
        var compiler = new Compiler();
        var evaluate = compiler.Evaluation(compare.Left);
        var order = Comparisons.Order(compare.Left.Type);
        var (least, most) = column.Type switch
        {
            DataType.Integer => (long.MinValue, long.MaxValue),
            DataType.Date => (0L, DateOnly.MaxValue.DayNumber),
            _ => (0L, DateTime.MaxValue.Ticks),
        };
        int Order(long at) => evaluate(OneValue.Frame(Of(column.Type, at), moment, compiler.Slots)) is { IsMissing: false } value
            ? order(value, constant) * direction
            : throw new InvalidOperationException("A function without a break has a value everywhere.");

        // The first number at which it is at least the constant, and the first at which it is more (in its own direction).
        Int128 equal = First(least, most, at => Order(at) >= 0), more = First(least, most, at => Order(at) > 0);
        var op = direction > 0 ? compare.Operator : Flipped(compare.Operator)!.Value;
        return op switch
        {
            BinaryOperator.Equal => (column, new Interval(equal, more - 1), false),
            BinaryOperator.NotEqual => (column, new Interval(equal, more - 1), true),
            BinaryOperator.Less => (column, new Interval(Interval.Lowest, equal - 1), false),
            BinaryOperator.LessOrEqual => (column, new Interval(Interval.Lowest, more - 1), false),
            BinaryOperator.Greater => (column, new Interval(more, Interval.Highest), false),
            _ => (column, new Interval(equal, Interval.Highest), false),
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
    /// 1 for a function of one name that never falls as it grows, -1 for one that never rises, null for others. Days of a time are such
    /// in UTC only: where clocks are put back at midnight a later time has an earlier day.
    /// </summary>
    private int? Direction(BoundNode node) => node switch
    {
        BoundAttribute or BoundField => 1,
        BoundConvert { Type: RuleType.Number } convert when convert.Operand.Type == RuleType.Integer => Direction(convert.Operand),
        BoundConvert { Type: RuleType.Date } convert when InUtc => Direction(convert.Operand),
        BoundTruncate truncate when InUtc || truncate.Type == RuleType.Date => Direction(truncate.Operand),
        BoundCall { Function: Function.Year } call when InUtc || call.Arguments[0].Type == RuleType.Date => Direction(call.Arguments[0]),
        BoundCall { Function: Function.DaysSince } call => -Direction(call.Arguments[0]),
        BoundCall { Function: Function.DaysBetween } call when Constant(call.Arguments[1]) is { IsMissing: false } => -Direction(call.Arguments[0]),
        BoundCall { Function: Function.DaysBetween } call when Constant(call.Arguments[0]) is { IsMissing: false } => Direction(call.Arguments[1]),
        _ => null,
    };

    private static Value Of(DataType type, long whole) => type switch
    {
        DataType.Integer => Value.Of(whole),
        DataType.Date => Value.Of(DateOnly.FromDayNumber((int)whole)),
        _ => Value.Of(new DateTimeOffset(whole, TimeSpan.Zero)),
    };
}
