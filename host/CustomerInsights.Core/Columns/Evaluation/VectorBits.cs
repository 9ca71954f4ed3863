using System.Numerics;
using System.Runtime.InteropServices;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

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

/// <summary>Where a code has an answer of yes in a table; where there is none, as is told.</summary>
internal sealed class VectorCodeBits(VectorNode<long> codes, bool[] table, bool ofMissing) : BitsNode
{
    public override void Fill(Extent extent, Scratch scratch, ReadOnlySpan<ulong> active, Span<ulong> into)
    {
        var values = scratch.Borrow<long>(extent.Words << 6);
        codes.Fill(extent, scratch, values, into);
        for (var i = 0; i < extent.Words; i++)
        {
            var hits = ofMissing ? ~into[i] : 0;
            for (var word = Bits.Within(into[i], extent, i); word != 0; word &= word - 1)
            {
                var bit = BitOperations.TrailingZeroCount(word);
                hits |= table[values[(i << 6) + bit] - 1] ? 1UL << bit : 0;
            }

            into[i] = hits;
        }

        scratch.Return(values);
    }
}
