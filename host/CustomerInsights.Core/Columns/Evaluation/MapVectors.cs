using System.Numerics;

namespace CustomerInsights.Core.Columns.Evaluation;

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
