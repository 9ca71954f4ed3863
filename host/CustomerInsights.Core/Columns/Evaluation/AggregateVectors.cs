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

/// <summary>The scaled number of each profile's first or last activity that counts: looked up where it stands, so that no others are decoded.</summary>
internal sealed class EndVector(ActivityRows rows, ScaledColumn column, bool last) : VectorNode<long>
{
    public override void Fill(Extent extent, Scratch scratch, Span<long> values, Span<ulong> present)
    {
        present[..extent.Words].Clear();
        var starts = rows.Table.Starts.Slice(extent.FirstRow, extent.Rows + 1);
        var activities = rows.Of(extent);
        var words = scratch.Borrow<ulong>(activities.Words);
        var every = rows.All && column.AllPresent;
        if (activities.Words > 0 && !every)
        {
            rows.Fill(activities, scratch, words);
            if (!column.AllPresent)
            {
                Presence.And(words, column.Present.Slice(activities.FirstWord, activities.Words));
            }
        }

        for (var i = 0; i < extent.Rows; i++)
        {
            int from = starts[i] - activities.FirstRow, to = starts[i + 1] - activities.FirstRow;
            var row = from >= to ? -1 : every ? (last ? to - 1 : from) : last ? Last(words, from, to) : First(words, from, to);
            if (row >= 0)
            {
                values[i] = column.ScaledAt(activities.FirstRow + row);
                present[i >> 6] |= 1UL << (i & 63);
            }
        }

        scratch.Return(words);
    }

    private static int First(ulong[] words, int from, int to)
    {
        var word = words[from >> 6] & (ulong.MaxValue << (from & 63));
        for (var i = from >> 6; ; word = words[i])
        {
            if (word != 0)
            {
                var row = (i << 6) + BitOperations.TrailingZeroCount(word);
                return row < to ? row : -1;
            }

            if (++i > (to - 1) >> 6)
            {
                return -1;
            }
        }
    }

    private static int Last(ulong[] words, int from, int to)
    {
        var word = words[(to - 1) >> 6] & (ulong.MaxValue >> (63 - ((to - 1) & 63)));
        for (var i = (to - 1) >> 6; ; word = words[i])
        {
            if (word != 0)
            {
                var row = (i << 6) + 63 - BitOperations.LeadingZeroCount(word);
                return row >= from ? row : -1;
            }

            if (--i < from >> 6)
            {
                return -1;
            }
        }
    }
}

/// <summary>
/// Sum of a column's scaled numbers that are stored in at most 4 bytes. The stored ones are added as they are, which 2^31 rows cannot
/// overflow; base and step come in once a profile.
/// </summary>
internal sealed class StoredSumVector<T>(ActivityRows rows, ScaledColumn column) : VectorNode<long>
    where T : unmanaged, IBinaryInteger<T>
{
    public override void Fill(Extent extent, Scratch scratch, Span<long> values, Span<ulong> present)
    {
        present[..extent.Words].Fill(ulong.MaxValue);
        var starts = rows.Table.Starts.Slice(extent.FirstRow, extent.Rows + 1);
        var activities = rows.Of(extent);
        if (activities.Words == 0)
        {
            values[..extent.Rows].Clear();
            return;
        }

        var words = scratch.Borrow<ulong>(activities.Words);
        rows.Fill(activities, scratch, words);
        if (!column.AllPresent)
        {
            Presence.And(words, column.Present.Slice(activities.FirstWord, activities.Words));
        }

        var stored = column.Stored<T>().Slice(activities.FirstRow, activities.Rows);

        // Mostly all activities of the block together could not overflow 64 bits.
        var largest = Int128.Abs(column.Base) + ((Int128)column.Step << 31);
        var narrow = largest * activities.Rows <= long.MaxValue;
        for (var i = 0; i < extent.Rows; i++)
        {
            int from = starts[i] - activities.FirstRow, to = starts[i + 1] - activities.FirstRow;
            long sum = 0, count = 0;
            for (var row = from; row < to; row++)
            {
                // Without a branch: which activities count follows no pattern.
                var one = (long)((words[row >> 6] >> (row & 63)) & 1);
                sum += long.CreateTruncating(stored[row]) & -one;
                count += one;
            }

            if (narrow)
            {
                values[i] = (column.Base * count) + (column.Step * sum);
                continue;
            }

            var total = ((Int128)column.Base * count) + ((Int128)column.Step * sum);
            values[i] = unchecked((long)total);
            scratch.Failed |= values[i] != total;
        }

        scratch.Return(words);
    }
}

/// <summary>Where sum × factor compares as asked with bound × count; nowhere, where nothing is counted.</summary>
internal sealed class MeanBits(VectorNode<long> sum, VectorNode<long> count, long factor, long bound, Rules.BinaryOperator op) : BitsNode
{
    private const long ManyActivities = 1_000_000;

    public override void Fill(Extent extent, Scratch scratch, ReadOnlySpan<ulong> active, Span<ulong> into)
    {
        long[] sums = scratch.Borrow<long>(extent.Words << 6), counts = scratch.Borrow<long>(extent.Words << 6);
        sum.Fill(extent, scratch, sums, into);
        count.Fill(extent, scratch, counts, into);
        into[..extent.Words].Clear();
        for (var i = 0; i < extent.Rows; i++)
        {
            scratch.Failed |= counts[i] >= ManyActivities;
            var order = ((Int128)sums[i] * factor).CompareTo((Int128)bound * counts[i]);
            into[i >> 6] |= counts[i] != 0 && Holds(order) ? 1UL << (i & 63) : 0;
        }

        scratch.Return(sums);
        scratch.Return(counts);
    }

    private bool Holds(int order) => op switch
    {
        Rules.BinaryOperator.Equal => order == 0,
        Rules.BinaryOperator.NotEqual => order != 0,
        Rules.BinaryOperator.Less => order < 0,
        Rules.BinaryOperator.LessOrEqual => order <= 0,
        Rules.BinaryOperator.Greater => order > 0,
        _ => order >= 0,
    };
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
