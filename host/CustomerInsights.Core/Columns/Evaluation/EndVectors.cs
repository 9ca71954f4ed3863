using System.Numerics;

namespace CustomerInsights.Core.Columns.Evaluation;

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
/// The value of each profile's activity whose key is smallest or largest, of equal keys that of the earliest; missing where that activity has none.
/// </summary>
internal sealed class ArgumentVector<TKey, TValue>(ActivityRows rows, VectorNode<TKey> key, VectorNode<TValue> operand, bool largest) : VectorNode<TValue>
    where TKey : unmanaged, IComparisonOperators<TKey, TKey, bool>
    where TValue : unmanaged
{
    public override void Fill(Extent extent, Scratch scratch, Span<TValue> values, Span<ulong> present)
    {
        present[..extent.Words].Clear();
        var starts = rows.Table.Starts.Slice(extent.FirstRow, extent.Rows + 1);
        var activities = rows.Of(extent);
        if (activities.Words == 0)
        {
            return;
        }

        var keys = scratch.Borrow<TKey>(activities.Words << 6);
        var operands = scratch.Borrow<TValue>(activities.Words << 6);
        ulong[] words = scratch.Borrow<ulong>(activities.Words), there = scratch.Borrow<ulong>(activities.Words);
        rows.Fill(activities, scratch, words);
        key.Fill(activities, scratch, keys, there);
        Presence.And(words, there.AsSpan(0, activities.Words));
        operand.Fill(activities, scratch, operands, there);
        for (var i = 0; i < extent.Rows; i++)
        {
            var best = -1;
            for (int row = starts[i] - activities.FirstRow, to = starts[i + 1] - activities.FirstRow; row < to; row++)
            {
                if (((words[row >> 6] >> (row & 63)) & 1) != 0 && (best < 0 || (largest ? keys[row] > keys[best] : keys[row] < keys[best])))
                {
                    best = row;
                }
            }

            if (best >= 0 && ((there[best >> 6] >> (best & 63)) & 1) != 0)
            {
                values[i] = operands[best];
                present[i >> 6] |= 1UL << (i & 63);
            }
        }

        scratch.Return(keys);
        scratch.Return(operands);
        scratch.Return(words);
        scratch.Return(there);
    }
}
