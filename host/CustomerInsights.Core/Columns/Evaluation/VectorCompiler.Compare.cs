using System.Numerics;
using System.Text;
using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>Comparisons.</summary>
internal sealed partial class VectorCompiler
{
    private BitsNode? Compare(BoundCompare compare, ActivityTable? table)
    {
        if (Constant(compare.Left) is not null && Constant(compare.Right) is null && Flipped(compare.Operator) is { } flipped)
        {
            compare = new BoundCompare(flipped, compare.Right, compare.Left, compare.Source);
        }

        if (Range(compare, table) is { } range)
        {
            return ScaledRangeBits.Of(range.Column, range.Interval, range.Negated);
        }

        var type = compare.Left.Type;
        if (Constant(compare.Right) is { IsMissing: true })
        {
            return Inputs.MayFail(compare.Left) ? null : new ConstantBits(false);
        }

        if (type is not RuleType.Text && compare.Operator is >= BinaryOperator.Equal and <= BinaryOperator.GreaterOrEqual
            && Constant(compare.Right) is { } bound && Range(compare, bound, table) is { } bits)
        {
            return bits;
        }

        return type switch
        {
            RuleType.Text => Text(compare, table),
            RuleType.Number => NumberCompare(compare, table),
            RuleType.Decimal => DecimalCompare(compare, table),
            RuleType.Integer or RuleType.Date or RuleType.Time when Longs(compare.Left, table) is { } left =>
                Constant(compare.Right) is { } constant && Intervals(compare.Operator, Whole(constant), Whole(constant)) is var (interval, negated)
                    ? new VectorRangeBits(left, interval, negated)
                    : Longs(compare.Right, table) is { } right ? new CompareBits<long>(left, right, compare.Operator) : null,
            _ => null,
        };
    }

    private BitsNode? NumberCompare(BoundCompare compare, ActivityTable? table)
    {
        if (Column(compare.Left, table) is { Known: true } found && Constant(compare.Right) is { IsMissing: false } constant)
        {
            if (found.Column is null)
            {
                return new ConstantBits(false);
            }

            var number = constant.AsNumber();
            var (low, high) = compare.Operator switch
            {
                BinaryOperator.Equal or BinaryOperator.NotEqual => (number, number),
                BinaryOperator.Less => (double.NegativeInfinity, Math.BitDecrement(number)),
                BinaryOperator.LessOrEqual => (double.NegativeInfinity, number),
                BinaryOperator.Greater => (Math.BitIncrement(number), double.PositiveInfinity),
                _ => (number, double.PositiveInfinity),
            };
            return new NumberRangeBits((NumberColumn)found.Column, low, high, compare.Operator == BinaryOperator.NotEqual);
        }

        return Numbers(compare.Left, table) is { } left && Numbers(compare.Right, table) is { } right
            ? new CompareBits<double>(left, right, compare.Operator)
            : null;
    }

    private BitsNode? DecimalCompare(BoundCompare compare, ActivityTable? table)
    {
        if (Mean(compare, table) is { } mean)
        {
            return mean;
        }

        if (Scaled(compare.Left, table) is var (scaled, digits))
        {
            if (Constant(compare.Right) is { IsMissing: false } constant)
            {
                var (floor, ceiling) = Scale(constant.AsDecimal(), digits);
                var (interval, negated) = Intervals(compare.Operator, floor, ceiling);
                return new VectorRangeBits(scaled, interval, negated);
            }

            if (Scaled(compare.Right, table) is var (other, others) && others == digits)
            {
                return new CompareBits<long>(scaled, other, compare.Operator);
            }
        }

        return Decimals(compare.Left, table) is { } left && Decimals(compare.Right, table) is { } right
            ? new CompareBits<decimal>(left, right, compare.Operator)
            : null;
    }

    /// <summary>
    /// A mean of scaled decimals against a constant, without dividing. With a constant below 10^10 of at most 6 digits, as many of the
    /// column, and fewer than 10^6 activities, a mean that is not the constant differs from it by 10^-12 at least, so that rounding
    /// to 28 digits does not make them equal.
    /// </summary>
    private MeanBits? Mean(BoundCompare compare, ActivityTable? table)
    {
        if (table is not null || compare.Left is not BoundAggregate { Function: AggregateFunction.Avg, Value.Type: RuleType.Decimal } aggregate
            || Constant(compare.Right) is not { IsMissing: false } constant || constant.AsDecimal() is var amount && (amount.Scale > 6 || Math.Abs(amount) >= 10_000_000_000)
            || Rows(aggregate) is not { } rows || Scaled(aggregate.Value, rows.Table) is not var (operand, digits) || digits > 6
            || WholeAggregate(aggregate with { Function = AggregateFunction.Sum }, rows, operand) is not { } sum
            || Count(aggregate with { Function = AggregateFunction.Count, Type = RuleType.Integer }) is not { } count)
        {
            return null;
        }

        // sum / 10^digits / count against amount is sum × 10^(6 - digits) against amount × 10^6 × count.
        return new MeanBits(sum, count, (long)Math.Pow(10, 6 - digits), (long)(amount * 1_000_000), compare.Operator);
    }

    private BitsNode? Text(BoundCompare compare, ActivityTable? table)
    {
        if (Constant(compare.Right) is not { IsMissing: false } constant || Utf8(constant.AsText()) is not { } pattern || Column(compare.Left, table) is not { Known: true } found)
        {
            return null;
        }

        Utf8Test? test = compare.Operator switch
        {
            BinaryOperator.Equal => static (text, sought) => text.SequenceEqual(sought),
            BinaryOperator.StartsWith => static (text, sought) => text.StartsWith(sought),
            BinaryOperator.EndsWith => static (text, sought) => text.EndsWith(sought),
            BinaryOperator.Contains => static (text, sought) => text.IndexOf(sought) >= 0,
            _ => null,
        };
        return found.Column switch
        {
            null => new ConstantBits(false),
            PlainTextColumn plain when test is not null => new PlainTextBits(plain, test, pattern),
            TextColumn coded when test is not null => new CodeBits(coded, Codes(coded, text => test(text, pattern)), ofMissing: false),
            TextColumn coded when compare.Operator == BinaryOperator.NotEqual => new CodeBits(coded, Codes(coded, text => !text.SequenceEqual(pattern)), ofMissing: false),
            _ => null,
        };
    }

    private BitsNode? In(BoundIn within, ActivityTable? table)
    {
        if (within.Items.Any(item => Constant(item) is not { IsMissing: false }))
        {
            return null;
        }

        if (within.Operand.Type == RuleType.Text)
        {
            var sought = within.Items.Select(item => Utf8(Constant(item)!.Value.AsText())).ToList();
            return Column(within.Operand, table) is { Known: true, Column: TextColumn coded } && sought.TrueForAll(text => text is not null)
                ? new CodeBits(coded, Codes(coded, text => Contains(sought, text) != within.Negated), ofMissing: false)
                : null;
        }

        if (within.Items.Count > 16 || within.Operand.Type is not (RuleType.Integer or RuleType.Decimal or RuleType.Date or RuleType.Time or RuleType.Number))
        {
            return null;
        }

        // `x in (a, b)` is `x = a or x = b`, and `x not in (a, b)` is `x != a and x != b`.
        var op = within.Negated ? BinaryOperator.NotEqual : BinaryOperator.Equal;
        var parts = within.Items.Select(item => Compare(new BoundCompare(op, within.Operand, item, within.Source), table)).ToList();
        return parts.TrueForAll(one => one is not null) ? new LogicalBits(within.Negated, [.. parts.Select(one => one!)]) : null;
    }

    private static bool Contains(List<byte[]?> sought, ReadOnlySpan<byte> text)
    {
        foreach (var one in sought)
        {
            if (text.SequenceEqual(one))
            {
                return true;
            }
        }

        return false;
    }

    private delegate bool OfText(ReadOnlySpan<byte> text);

    private static byte[] Codes(TextColumn column, OfText test)
    {
        var dictionary = column.Dictionary;
        var answers = new byte[dictionary.Count];
        for (var code = 0; code < answers.Length; code++)
        {
            answers[code] = test(dictionary.At(code)) ? (byte)255 : (byte)0;
        }

        return answers;
    }

    // Half of a surrogate pair has no bytes of its own, so it is not looked for by bytes.
    private static byte[]? Utf8(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        return Encoding.UTF8.GetString(bytes) == text ? bytes : null;
    }

    private static BinaryOperator? Flipped(BinaryOperator op) => op switch
    {
        BinaryOperator.Equal or BinaryOperator.NotEqual => op,
        BinaryOperator.Less => BinaryOperator.Greater,
        BinaryOperator.LessOrEqual => BinaryOperator.GreaterOrEqual,
        BinaryOperator.Greater => BinaryOperator.Less,
        BinaryOperator.GreaterOrEqual => BinaryOperator.LessOrEqual,
        _ => null,
    };

    /// <summary>The whole numbers that compare as asked with a number between two neighbours, which are one when it is whole.</summary>
    private static (Interval Interval, bool Negated) Intervals(BinaryOperator op, Int128 floor, Int128 ceiling) => op switch
    {
        BinaryOperator.Equal => (new Interval(ceiling, floor), false),
        BinaryOperator.NotEqual => (new Interval(ceiling, floor), true),
        BinaryOperator.Less => (new Interval(Interval.Lowest, ceiling - 1), false),
        BinaryOperator.LessOrEqual => (new Interval(Interval.Lowest, floor), false),
        BinaryOperator.Greater => (new Interval(floor + 1, Interval.Highest), false),
        _ => (new Interval(ceiling, Interval.Highest), false),
    };

    private static long Whole(Value value) => value.Type switch
    {
        DataType.Integer => value.AsInteger(),
        DataType.Date => value.AsDate().DayNumber,
        _ => value.AsTime().UtcTicks,
    };

    /// <summary>The neighbours of amount × 10^digits.</summary>
    private static (Int128 Floor, Int128 Ceiling) Scale(decimal amount, int digits)
    {
        Span<int> bits = stackalloc int[4];
        decimal.GetBits(amount, bits);
        var number = ((BigInteger)(uint)bits[2] << 64) | ((BigInteger)(uint)bits[1] << 32) | (uint)bits[0];
        number = amount < 0 ? -number : number;
        BigInteger floor, rest = 0;
        if (digits >= amount.Scale)
        {
            floor = number * BigInteger.Pow(10, digits - amount.Scale);
        }
        else
        {
            floor = BigInteger.DivRem(number, BigInteger.Pow(10, amount.Scale - digits), out rest);
            floor -= rest < 0 ? 1 : 0;
        }

        return (Limited(floor), Limited(rest == 0 ? floor : floor + 1));

        // What no 64 bits hold is as good as the number next to them.
        static Int128 Limited(BigInteger value) =>
            value < (BigInteger)Interval.Lowest ? Interval.Lowest : value > (BigInteger)Interval.Highest ? Interval.Highest : (Int128)value;
    }
}
