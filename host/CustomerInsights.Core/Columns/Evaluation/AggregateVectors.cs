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
        if (activities.Words == 0)
        {
            values[..extent.Rows].Clear();
            return;
        }

        var words = scratch.Borrow<ulong>(activities.Words);
        rows.Fill(activities, scratch, words);
        Ranks(words, activities, starts, scratch, values);
        scratch.Return(words);
    }

    /// <summary>Bits between two places are the difference of the bits before each, which takes one count a place and no branch.</summary>
    private static void Ranks(ulong[] words, Extent activities, ReadOnlySpan<int> starts, Scratch scratch, Span<long> values)
    {
        var before = scratch.Borrow<int>(activities.Words + 1);
        before[0] = 0;
        for (var i = 0; i < activities.Words; i++)
        {
            before[i + 1] = before[i] + BitOperations.PopCount(words[i]);
        }

        var last = 0;
        for (var i = 0; i + 1 < starts.Length; i++)
        {
            var end = starts[i + 1] - activities.FirstRow;
            var rank = before[end >> 6];

            // At a word's border nothing of the next word is counted, and behind the last one there is none.
            rank += (end & 63) == 0 ? 0 : BitOperations.PopCount(words[end >> 6] & ((1UL << (end & 63)) - 1));
            if (i == 0)
            {
                var start = starts[0] - activities.FirstRow;
                last = BitOperations.PopCount(words[0] & ((1UL << (start & 63)) - 1));
            }

            values[i] = rank - last;
            last = rank;
        }

        scratch.Return(before);
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
        for (var row = from; row < to; row++)
        {
            if (((words[row >> 6] >> (row & 63)) & 1) != 0)
            {
                state.Add(operands[row]);
            }
        }

        return state.Result(scratch, out result);
    }
}
