using System.Numerics;
using System.Runtime.InteropServices;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>The same value for all rows, or none for any.</summary>
internal sealed class ConstantVector<T>(T? value) : VectorNode<T>
    where T : unmanaged
{
    public override void Fill(Extent extent, Scratch scratch, Span<T> values, Span<ulong> present)
    {
        values[..(extent.Words << 6)].Fill(value ?? default);
        present[..extent.Words].Fill(value is null ? 0 : ulong.MaxValue);
    }
}

/// <summary>A column's scaled numbers.</summary>
internal sealed class ScaledVector(ScaledColumn column) : VectorNode<long>
{
    public ScaledColumn Column => column;

    public override void Fill(Extent extent, Scratch scratch, Span<long> values, Span<ulong> present)
    {
        Presence.Fill(column, extent, present);
        switch (column.Width)
        {
            case 0:
                values[..extent.Rows].Fill(column.Base);
                break;
            case 1:
                Decode(column.Stored<sbyte>().Slice(extent.FirstRow, extent.Rows), values);
                break;
            case 2:
                Decode(column.Stored<short>().Slice(extent.FirstRow, extent.Rows), values);
                break;
            case 4:
                Decode(column.Stored<int>().Slice(extent.FirstRow, extent.Rows), values);
                break;
            default:
                column.Stored<long>().Slice(extent.FirstRow, extent.Rows).CopyTo(values);
                break;
        }
    }

    private void Decode<T>(ReadOnlySpan<T> stored, Span<long> values)
        where T : unmanaged, IBinaryInteger<T>
    {
        long start = column.Base, step = column.Step;
        for (var i = 0; i < stored.Length; i++)
        {
            values[i] = unchecked(start + (step * long.CreateTruncating(stored[i])));
        }
    }
}

/// <summary>A column's doubles.</summary>
internal sealed class NumberVector(NumberColumn column) : VectorNode<double>
{
    public override void Fill(Extent extent, Scratch scratch, Span<double> values, Span<ulong> present)
    {
        Presence.Fill(column, extent, present);
        column.Numbers.Slice(extent.FirstRow, extent.Rows).CopyTo(values);
    }
}

/// <summary>A column's decimals, each with the digits that it was written with.</summary>
internal sealed class DecimalVector(Column column) : VectorNode<decimal>
{
    public override void Fill(Extent extent, Scratch scratch, Span<decimal> values, Span<ulong> present)
    {
        Presence.Fill(column, extent, present);
        for (var i = 0; i < extent.Rows; i++)
        {
            if (((present[i >> 6] >> (i & 63)) & 1) != 0)
            {
                values[i] = column is ScaledColumn { Scales.IsEmpty: true } scaled
                    ? ScaledSum.Exact(scaled.ScaledAt(extent.FirstRow + i), scaled.Digits)
                    : column.ValueAt(extent.FirstRow + i).AsDecimal();
            }
        }
    }
}

/// <summary>A function of one value, asked only for values that are there; it may give none.</summary>
internal sealed class MapVector<TFrom, TTo>(VectorNode<TFrom> operand, Func<TFrom, TTo?> map) : VectorNode<TTo>
    where TFrom : unmanaged
    where TTo : unmanaged
{
    public override void Fill(Extent extent, Scratch scratch, Span<TTo> values, Span<ulong> present)
    {
        var from = scratch.Borrow<TFrom>(extent.Words << 6);
        operand.Fill(extent, scratch, from, present);
        for (var i = 0; i < extent.Words; i++)
        {
            for (var word = Bits.Within(present[i], extent, i); word != 0; word &= word - 1)
            {
                var row = (i << 6) + BitOperations.TrailingZeroCount(word);
                if (map(from[row]) is { } value)
                {
                    values[row] = value;
                }
                else
                {
                    present[i] &= ~(1UL << (row & 63));
                }
            }
        }

        scratch.Return(from);
    }
}

/// <summary>A function of two values, asked only where both are there; it may give none.</summary>
internal sealed class ZipVector<T>(VectorNode<T> left, VectorNode<T> right, Func<T, T, T?> zip) : VectorNode<T>
    where T : unmanaged
{
    public override void Fill(Extent extent, Scratch scratch, Span<T> values, Span<ulong> present)
    {
        var others = scratch.Borrow<T>(extent.Words << 6);
        var othersPresent = scratch.Borrow<ulong>(extent.Words);
        left.Fill(extent, scratch, values, present);
        right.Fill(extent, scratch, others, othersPresent);
        for (var i = 0; i < extent.Words; i++)
        {
            present[i] &= othersPresent[i];
            for (var word = Bits.Within(present[i], extent, i); word != 0; word &= word - 1)
            {
                var row = (i << 6) + BitOperations.TrailingZeroCount(word);
                if (zip(values[row], others[row]) is { } value)
                {
                    values[row] = value;
                }
                else
                {
                    present[i] &= ~(1UL << (row & 63));
                }
            }
        }

        scratch.Return(others);
        scratch.Return(othersPresent);
    }
}

/// <summary>
/// A whole number that depends on the day of a date, or on the UTC day of a time, alone, such as its month: computed once a day and
/// looked up from then on.
/// </summary>
internal sealed class DayVector : VectorNode<long>
{
    private readonly ScaledColumn _times;
    private readonly VectorNode<long> _ticks;
    private readonly Func<long, long> _ofTicks;
    private readonly long _firstDay;
    private readonly long _day;
    private readonly long[] _table;

    /// <summary>Over a column of dates or times whose encoding spans few enough days.</summary>
    public DayVector(ScaledColumn times, Func<long, long> ofTicks)
    {
        _times = times;
        _ticks = new ScaledVector(times);
        _ofTicks = ofTicks;
        _day = DayOf(times);
        var (first, last) = Days(times);
        _firstDay = first;
        _table = new long[last - first + 1];
        Array.Fill(_table, long.MinValue);
    }

    /// <summary>A function of the number, looked up by day as well.</summary>
    public DayVector Then(Func<long, long> map) => new(_times, ticks => map(_ofTicks(ticks)));

    /// <summary>Whether the table would be small.</summary>
    public static bool Fits(ScaledColumn times) => Days(times) is var (first, last) && last - first < 400_000;

    public override void Fill(Extent extent, Scratch scratch, Span<long> values, Span<ulong> present)
    {
        _ticks.Fill(extent, scratch, values, present);
        for (var i = 0; i < extent.Rows; i++)
        {
            var day = (_day == 1 ? values[i] : (long)((ulong)values[i] / TimeSpan.TicksPerDay)) - _firstDay;

            // What a missing row holds may be no day at all.
            values[i] = (ulong)day < (ulong)_table.Length ? Of(day) : 0;
        }
    }

    // Two threads may compute a day at the same time; they write the same number.
    private long Of(long day)
    {
        var known = Volatile.Read(ref _table[day]);
        if (known == long.MinValue)
        {
            Volatile.Write(ref _table[day], known = _ofTicks((day + _firstDay) * _day));
        }

        return known;
    }

    // What one day is in the column's numbers.
    private static long DayOf(ScaledColumn times) => times.Type == Model.DataType.Date ? 1 : TimeSpan.TicksPerDay;

    private static (long First, long Last) Days(ScaledColumn times)
    {
        var calendar = DateOnly.MaxValue.DayNumber * DayOf(times);
        var half = times.Width is 0 or 8 ? 0 : (Int128)1 << ((8 * times.Width) - 1);
        var least = times.Width == 8 ? 0 : Int128.Max(0, times.Base - (half * times.Step));
        var most = times.Width == 8 ? calendar : Int128.Min(calendar, times.Base + (half * times.Step));
        return ((long)(least / DayOf(times)), (long)(most / DayOf(times)));
    }
}

/// <summary>The one value where a condition holds, the other where it does not.</summary>
internal sealed class ChoiceVector<T>(BitsNode condition, VectorNode<T> then, VectorNode<T> otherwise) : VectorNode<T>
    where T : unmanaged
{
    public override void Fill(Extent extent, Scratch scratch, Span<T> values, Span<ulong> present)
    {
        var others = scratch.Borrow<T>(extent.Words << 6);
        ulong[] othersPresent = scratch.Borrow<ulong>(extent.Words), holds = scratch.Borrow<ulong>(extent.Words);
        condition.Fill(extent, scratch, [], holds);
        then.Fill(extent, scratch, values, present);
        otherwise.Fill(extent, scratch, others, othersPresent);
        for (var i = 0; i < extent.Words; i++)
        {
            present[i] = (present[i] & holds[i]) | (othersPresent[i] & ~holds[i]);
            for (var word = Bits.Within(~holds[i], extent, i); word != 0; word &= word - 1)
            {
                var row = (i << 6) + BitOperations.TrailingZeroCount(word);
                values[row] = others[row];
            }
        }

        scratch.Return(others);
        scratch.Return(othersPresent);
        scratch.Return(holds);
    }
}

/// <summary>Where a vector has values, or has none.</summary>
internal sealed class VectorPresentBits<T>(VectorNode<T> vector, bool missing) : BitsNode
    where T : unmanaged
{
    public override void Fill(Extent extent, Scratch scratch, ReadOnlySpan<ulong> active, Span<ulong> into)
    {
        var values = scratch.Borrow<T>(extent.Words << 6);
        vector.Fill(extent, scratch, values, into);
        if (missing)
        {
            Presence.Invert(into[..extent.Words]);
        }

        scratch.Return(values);
    }
}

/// <summary>Where a vector's number lies within an interval, or is there and lies outside.</summary>
internal sealed class VectorRangeBits(VectorNode<long> vector, Interval interval, bool negated) : BitsNode
{
    public override void Fill(Extent extent, Scratch scratch, ReadOnlySpan<ulong> active, Span<ulong> into)
    {
        var values = scratch.Borrow<long>(extent.Words << 6);
        var present = scratch.Borrow<ulong>(extent.Words);
        vector.Fill(extent, scratch, values, present);
        var low = Int128.Max(interval.Low, long.MinValue);
        var high = Int128.Min(interval.High, long.MaxValue);
        if (low > high)
        {
            into[..extent.Words].Clear();
        }
        else
        {
            var width = unchecked((ulong)(long)high - (ulong)(long)low);
            RangeKernels.InRange(MemoryMarshal.Cast<long, ulong>(values.AsSpan(0, extent.Rows)), unchecked((ulong)(long)low), width, into);
        }

        if (negated)
        {
            Presence.Invert(into[..extent.Words]);
        }

        Presence.And(into, present.AsSpan(0, extent.Words));
        scratch.Return(values);
        scratch.Return(present);
    }
}

/// <summary>Where two vectors have values that compare as asked.</summary>
internal sealed class CompareBits<T>(VectorNode<T> left, VectorNode<T> right, BinaryOperator op) : BitsNode
    where T : unmanaged, IComparisonOperators<T, T, bool>
{
    public override void Fill(Extent extent, Scratch scratch, ReadOnlySpan<ulong> active, Span<ulong> into)
    {
        T[] a = scratch.Borrow<T>(extent.Words << 6), b = scratch.Borrow<T>(extent.Words << 6);
        var present = scratch.Borrow<ulong>(extent.Words);
        left.Fill(extent, scratch, a, into);
        right.Fill(extent, scratch, b, present);
        for (var i = 0; i < extent.Words; i++)
        {
            ulong hits = 0;
            for (var word = Bits.Within(into[i] & present[i], extent, i); word != 0; word &= word - 1)
            {
                var bit = BitOperations.TrailingZeroCount(word);
                hits |= Holds(a[(i << 6) + bit], b[(i << 6) + bit]) ? 1UL << bit : 0;
            }

            into[i] = hits;
        }

        scratch.Return(a);
        scratch.Return(b);
        scratch.Return(present);
    }

    private bool Holds(T a, T b) => op switch
    {
        BinaryOperator.Equal => a == b,
        BinaryOperator.NotEqual => a != b,
        BinaryOperator.Less => a < b,
        BinaryOperator.LessOrEqual => a <= b,
        BinaryOperator.Greater => a > b,
        _ => a >= b,
    };
}

internal static class Bits
{
    /// <summary>The bits of a word that stand for rows that there are.</summary>
    public static ulong Within(ulong word, Extent extent, int index) =>
        extent.Rows - (index << 6) is < 64 and var rows ? word & ((1UL << rows) - 1) : word;
}
