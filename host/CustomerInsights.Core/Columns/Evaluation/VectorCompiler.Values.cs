using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>Values of each type.</summary>
internal sealed partial class VectorCompiler
{
    /// <summary>Integers, the day numbers of dates, the UTC ticks of times.</summary>
    public VectorNode<long>? Longs(BoundNode node, ActivityTable? table = null)
    {
        if (Constant(node) is { } constant)
        {
            return new ConstantVector<long>(constant.IsMissing ? null : Whole(constant));
        }

        if (Column(node, table) is { Known: true } found)
        {
            return found.Column is null ? new ConstantVector<long>(null) : new ScaledVector((ScaledColumn)found.Column);
        }

        return LongsOf(node, table);
    }

    /// <summary>Doubles.</summary>
    public VectorNode<double>? Numbers(BoundNode node, ActivityTable? table = null)
    {
        if (Constant(node) is { } constant)
        {
            return new ConstantVector<double>(constant.IsMissing ? null : constant.AsNumber());
        }

        if (Column(node, table) is { Known: true } found)
        {
            return found.Column is null ? new ConstantVector<double>(null) : new NumberVector((NumberColumn)found.Column);
        }

        return node switch
        {
            BoundConvert { Operand.Type: RuleType.Integer } convert when Longs(convert.Operand, table) is { } longs => new MapVector<long, double>(longs, whole => whole),
            BoundConvert { Operand.Type: RuleType.Decimal } convert when Decimals(convert.Operand, table) is { } decimals =>
                new MapVector<decimal, double>(decimals, amount => (double)amount),
            BoundArithmetic arithmetic when Numbers(arithmetic.Left, table) is { } left && Numbers(arithmetic.Right, table) is { } right =>
                new ZipVector<double>(left, right, Arithmetic(arithmetic.Operator)),
            BoundIf choice when Bits(choice.Condition, table) is { } condition && Numbers(choice.Then, table) is { } then && Numbers(choice.Otherwise, table) is { } otherwise =>
                new ChoiceVector<double>(condition, then, otherwise),
            BoundAggregate aggregate when table is null => Shared(aggregate, NumberAggregate(aggregate)),
            _ => null,
        };
    }

    /// <summary>Decimals, with the digits that the one-profile execution gives them.</summary>
    public VectorNode<decimal>? Decimals(BoundNode node, ActivityTable? table = null)
    {
        if (Constant(node) is { } constant)
        {
            return new ConstantVector<decimal>(constant.IsMissing ? null : constant.AsDecimal());
        }

        if (Column(node, table) is { Known: true } found)
        {
            return found.Column is null ? new ConstantVector<decimal>(null) : new DecimalVector(found.Column);
        }

        return node switch
        {
            BoundConvert convert when Longs(convert.Operand, table) is { } longs => new MapVector<long, decimal>(longs, whole => whole),
            BoundArithmetic { Operator: <= BinaryOperator.Divide } arithmetic when Decimals(arithmetic.Left, table) is { } left && Decimals(arithmetic.Right, table) is { } right =>
                new ZipVector<decimal>(left, right, DecimalArithmetic(arithmetic.Operator)),
            BoundIf choice when Bits(choice.Condition, table) is { } condition && Decimals(choice.Then, table) is { } then && Decimals(choice.Otherwise, table) is { } otherwise =>
                new ChoiceVector<decimal>(condition, then, otherwise),
            BoundAggregate aggregate when table is null => Shared(aggregate, DecimalAggregate(aggregate)),
            _ => null,
        };
    }

    /// <summary>Decimals as whole numbers × 10^-digits, for comparisons, which do not see how a decimal was written; null when they are not kept so.</summary>
    private (VectorNode<long> Scaled, int Digits)? Scaled(BoundNode node, ActivityTable? table)
    {
        switch (node)
        {
            case BoundAttribute or BoundField when Column(node, table) is { Column: ScaledColumn column }:
                return (new ScaledVector(column), column.Digits);
            case BoundConvert { Operand.Type: RuleType.Integer } convert when Longs(convert.Operand, table) is { } longs:
                return (longs, 0);
            case BoundAggregate { Key: not null } aggregate when table is null:
                return Rows(aggregate) is { } all && Scaled(aggregate.Value!, all.Table) is var (picked, places) && Argument(aggregate, (_, _) => picked) is { } argument
                    ? (Shared(aggregate, argument)!, places)
                    : null;
            case BoundAggregate { Value: not null } aggregate when table is null && aggregate.Function is not AggregateFunction.Avg:
                return Rows(aggregate) is { } rows && Scaled(aggregate.Value, rows.Table) is var (operand, digits) && WholeAggregate(aggregate, rows, operand) is { } vector
                    ? (Shared(aggregate, vector)!, digits)
                    : null;
            default:
                return null;
        }
    }

    private VectorNode<long>? LongsOf(BoundNode node, ActivityTable? table)
    {
        switch (node)
        {
            case BoundConvert { Type: RuleType.Date } or BoundTruncate or BoundCall { Function: >= Function.Year and <= Function.Hour }:
                return OfCalendar(node, table);
            case BoundCall { Function: Function.DaysSince } call when Longs(call.Arguments[0], table) is { } from:
                var now = Whole(Calendar.NowLike(Of((DataType)call.Arguments[0].Type, 0), moment));
                return new MapVector<long, long>(from, Days(call, now));
            case BoundCall { Function: Function.DaysBetween } call when Longs(call.Arguments[0], table) is { } from && Longs(call.Arguments[1], table) is { } to:
                return call.Arguments[0].Type == RuleType.Time
                    ? new ZipVector<long>(from, to, (a, b) => (b - a) / TimeSpan.TicksPerDay)
                    : new ZipVector<long>(from, to, (a, b) => b - a);
            case BoundArithmetic arithmetic when Longs(arithmetic.Left, table) is { } left && Longs(arithmetic.Right, table) is { } right:
                return new ZipVector<long>(left, right, WholeArithmetic(arithmetic.Operator));
            case BoundNegate negate when Longs(negate.Operand, table) is { } positive:
                return new MapVector<long, long>(positive, value => checked(-value));
            case BoundIf choice when Bits(choice.Condition, table) is { } condition && Longs(choice.Then, table) is { } then && Longs(choice.Otherwise, table) is { } otherwise:
                return new ChoiceVector<long>(condition, then, otherwise);
            case BoundAggregate { Function: AggregateFunction.Count } aggregate when table is null:
                return Shared(aggregate, Count(aggregate));
            case BoundAggregate { Function: AggregateFunction.CountDistinct } aggregate when table is null:
                return Shared(aggregate, Distinct(aggregate));
            case BoundAggregate { Key: not null } aggregate when table is null:
                return Shared(aggregate, Argument(aggregate, (value, activities) => Longs(value, activities)));
            case BoundAggregate { Value: not null } aggregate when table is null && aggregate.Type == aggregate.Value.Type:
                return Rows(aggregate) is { } rows && Longs(aggregate.Value, rows.Table) is { } operand ? Shared(aggregate, WholeAggregate(aggregate, rows, operand)) : null;
            default:
                return null;
        }
    }

    private static Func<long, long?> Days(BoundCall call, long now) =>
        call.Arguments[0].Type == RuleType.Time ? from => (now - from) / TimeSpan.TicksPerDay : from => now - from;

    private VectorNode<long>? OfCalendar(BoundNode node, ActivityTable? table)
    {
        var operand = node switch
        {
            BoundConvert convert => convert.Operand,
            BoundTruncate truncate => truncate.Operand,
            _ => ((BoundCall)node).Arguments[0],
        };
        var type = (DataType)operand.Type;
        var zone = moment.Calendar;
        Func<long, long> map = node switch
        {
            BoundConvert => at => Calendar.DayOf(new DateTimeOffset(at, TimeSpan.Zero), zone).DayNumber,
            BoundTruncate truncate => at => Whole(Calendar.Truncate(Of(type, at), truncate.Unit, zone)),
            _ => at => Calendar.Part(Of(type, at), ((BoundCall)node).Function, zone),
        };
        var byDay = (InUtc || type == DataType.Date) && node is not (BoundTruncate { Unit: CalendarUnit.Hour } or BoundCall { Function: Function.Hour });
        if (byDay && Column(operand, table) is { Column: ScaledColumn column } && DayVector.Fits(column))
        {
            return new DayVector(column, map);
        }

        return Longs(operand, table) is { } longs ? new MapVector<long, long>(longs, at => map(at)) : null;
    }

    // An overflow leads to the block's being done again, profile by profile, which words the failure.
    private static Func<long, long, long?> WholeArithmetic(BinaryOperator op) => op switch
    {
        BinaryOperator.Add => (a, b) => checked(a + b),
        BinaryOperator.Subtract => (a, b) => checked(a - b),
        BinaryOperator.Multiply => (a, b) => checked(a * b),
        _ => (a, b) => b switch { 0 => null, -1 => 0, _ => a % b },
    };

    private static Func<double, double, double?> Arithmetic(BinaryOperator op) => op switch
    {
        BinaryOperator.Add => (a, b) => Finite(a + b),
        BinaryOperator.Subtract => (a, b) => Finite(a - b),
        BinaryOperator.Multiply => (a, b) => Finite(a * b),
        BinaryOperator.Divide => (a, b) => Finite(a / b),
        _ => (a, b) => Finite(a % b),
    };

    private static double? Finite(double number) => double.IsFinite(number) ? number : null;

    private static Func<decimal, decimal, decimal?> DecimalArithmetic(BinaryOperator op) => op switch
    {
        BinaryOperator.Add => (a, b) => a + b,
        BinaryOperator.Subtract => (a, b) => a - b,
        BinaryOperator.Multiply => (a, b) => a * b,
        _ => (a, b) => b == 0 ? null : a / b,
    };
}
