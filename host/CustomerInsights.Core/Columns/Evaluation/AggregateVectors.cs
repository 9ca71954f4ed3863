using System.Numerics;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>Which activities of a block of profiles an aggregate takes: the words of its <c>where</c> and where each profile begins.</summary>
internal sealed class ActivityRows(ActivityTable table, BitsNode? where)
{
    public ActivityTable Table => table;

    public bool All => where is null;

    /// <summary>The activities of the profiles of an extent, as whole words; the first and the last may hold others' as well.</summary>
    public Extent Of(Extent profiles)
    {
        var starts = table.Starts;
        int from = starts[profiles.FirstRow], to = starts[profiles.FirstRow + profiles.Rows];
        return from == to ? default : Extent.Of(from, to, table.Rows);
    }

    public void Fill(Extent rows, Scratch scratch, Span<ulong> into)
    {
        if (where is null)
        {
            into[..rows.Words].Fill(ulong.MaxValue);
        }
        else
        {
            where.Fill(rows, scratch, [], into);
        }
    }
}

/// <summary>How many activities there are, or how many with a value.</summary>
internal sealed class CountVector(ActivityRows rows) : VectorNode<long>
{
    public override void Fill(Extent extent, Scratch scratch, Span<long> values, Span<ulong> present)
    {
        present[..extent.Words].Fill(ulong.MaxValue);
        var starts = rows.Table.Starts.Slice(extent.FirstRow, extent.Rows + 1);
        if (rows.All)
        {
            for (var i = 0; i < extent.Rows; i++)
            {
                values[i] = starts[i + 1] - starts[i];
            }

            return;
        }

        var activities = rows.Of(extent);
        var words = scratch.Borrow<ulong>(activities.Words);
        if (activities.Words > 0)
        {
            rows.Fill(activities, scratch, words);
        }

        var origin = activities.FirstRow;
        for (var i = 0; i < extent.Rows; i++)
        {
            values[i] = RangeKernels.CountBits(words, starts[i] - origin, starts[i + 1] - origin);
        }

        scratch.Return(words);
    }
}

/// <summary>Folds the values of each profile's activities, oldest first, into one.</summary>
/// <typeparam name="TFrom">The values.</typeparam>
/// <typeparam name="TTo">What comes out.</typeparam>
/// <typeparam name="TFold">How.</typeparam>
internal sealed class FoldVector<TFrom, TTo, TFold>(ActivityRows rows, VectorNode<TFrom> operand, TFold fold) : VectorNode<TTo>
    where TFrom : unmanaged
    where TTo : unmanaged
    where TFold : struct, IFold<TFrom, TTo>
{
    public override void Fill(Extent extent, Scratch scratch, Span<TTo> values, Span<ulong> present)
    {
        present[..extent.Words].Clear();
        var starts = rows.Table.Starts.Slice(extent.FirstRow, extent.Rows + 1);
        var activities = rows.Of(extent);
        var operands = scratch.Borrow<TFrom>(activities.Words << 6);
        ulong[] words = scratch.Borrow<ulong>(activities.Words), there = scratch.Borrow<ulong>(activities.Words);
        if (activities.Words > 0)
        {
            rows.Fill(activities, scratch, words);
            operand.Fill(activities, scratch, operands, there);
            Presence.And(words, there.AsSpan(0, activities.Words));
        }

        for (var i = 0; i < extent.Rows; i++)
        {
            int from = starts[i] - activities.FirstRow, to = starts[i + 1] - activities.FirstRow;
            if (One(operands, words, from, to, scratch, out values[i]))
            {
                present[i >> 6] |= 1UL << (i & 63);
            }
        }

        scratch.Return(operands);
        scratch.Return(words);
        scratch.Return(there);
    }

    private bool One(TFrom[] operands, ulong[] words, int from, int to, Scratch scratch, out TTo result)
    {
        var state = fold;
        for (var row = from; row < to;)
        {
            var word = words[row >> 6] >> (row & 63);
            if (word == 0)
            {
                row = (row | 63) + 1;
                continue;
            }

            row += BitOperations.TrailingZeroCount(word);
            if (row < to)
            {
                state.Add(operands[row]);
                row++;
            }
        }

        return state.Result(scratch, out result);
    }
}

/// <summary>A fold: a fresh one a profile.</summary>
internal interface IFold<TFrom, TTo>
{
    void Add(TFrom value);

    /// <summary>The result; false when it is missing. Sets <see cref="Scratch.Failed"/> when it does not fit.</summary>
    bool Result(Scratch scratch, out TTo result);
}

/// <summary>Sum of whole or scaled numbers. 128 bits hold any sum of 2^31 of them.</summary>
internal struct LongSum : IFold<long, long>
{
    private Int128 _sum;

    public void Add(long value) => _sum += value;

    public readonly bool Result(Scratch scratch, out long result)
    {
        result = unchecked((long)_sum);
        scratch.Failed |= result != _sum;
        return true;
    }
}

/// <summary>Sum of scaled decimals with the digits that the one-profile execution would give it: those of the values, or none when there are none.</summary>
internal struct ScaledSum(int digits, bool mean) : IFold<long, decimal>
{
    private Int128 _sum;
    private long _count;

    public void Add(long value)
    {
        _sum += value;
        _count++;
    }

    public readonly bool Result(Scratch scratch, out decimal result)
    {
        result = 0;
        if (_count == 0)
        {
            return !mean;
        }

        // 2^31 numbers of 63 bits have a sum of less than 96 bits, so it is exact, as it is when decimals are added one by one.
        var size = (UInt128)Int128.Abs(_sum);
        result = new decimal((int)(uint)(ulong)size, (int)(uint)((ulong)size >> 32), (int)(uint)(ulong)(size >> 64), Int128.IsNegative(_sum), (byte)digits);
        result = mean ? result / _count : result;
        return true;
    }
}

/// <summary>Sum of decimals.</summary>
internal struct DecimalSum(bool mean) : IFold<decimal, decimal>
{
    private decimal _sum;
    private long _count;

    public void Add(decimal value)
    {
        _sum += value;
        _count++;
    }

    public readonly bool Result(Scratch scratch, out decimal result)
    {
        result = mean && _count > 0 ? _sum / _count : _sum;
        return !mean || _count > 0;
    }
}

/// <summary>Sum of doubles, in the order of the activities; what is no number is missing.</summary>
internal struct NumberSum(bool mean) : IFold<double, double>
{
    private double _sum;
    private long _count;

    public void Add(double value)
    {
        _sum += value;
        _count++;
    }

    public readonly bool Result(Scratch scratch, out double result)
    {
        result = mean ? _sum / _count : _sum;
        return (!mean || _count > 0) && double.IsFinite(result);
    }
}

/// <summary>The smallest or largest; of equal ones the first.</summary>
internal struct Extreme<T>(bool largest) : IFold<T, T>
    where T : unmanaged, IComparisonOperators<T, T, bool>
{
    private T _best;
    private bool _any;

    public void Add(T value)
    {
        if (!_any || (largest ? value > _best : value < _best))
        {
            _best = value;
            _any = true;
        }
    }

    public readonly bool Result(Scratch scratch, out T result)
    {
        result = _best;
        return _any;
    }
}

/// <summary>The first or last.</summary>
internal struct End<T>(bool last) : IFold<T, T>
    where T : unmanaged
{
    private T _value;
    private bool _any;

    public void Add(T value)
    {
        if (!_any || last)
        {
            _value = value;
            _any = true;
        }
    }

    public readonly bool Result(Scratch scratch, out T result)
    {
        result = _value;
        return _any;
    }
}
