using System.Numerics;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>How many different values each profile's activities have.</summary>
/// <param name="rows">Which activities count.</param>
/// <param name="operand">The values, equal ones as equal numbers.</param>
/// <param name="codes">When the values are codes from 1 on: the highest; else null.</param>
internal sealed class DistinctVector(ActivityRows rows, VectorNode<long> operand, int? codes) : VectorNode<long>
{
    // Comparing each with all before it is faster than sorting up to about here.
    private const int Few = 16;

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

        var operands = scratch.Borrow<long>(activities.Words << 6);
        ulong[] words = scratch.Borrow<ulong>(activities.Words), there = scratch.Borrow<ulong>(activities.Words);
        rows.Fill(activities, scratch, words);
        operand.Fill(activities, scratch, operands, there);
        Presence.And(words, there.AsSpan(0, activities.Words));
        var seen = codes < 64 ? [] : scratch.Borrow<long>(activities.Words << 6);
        for (var i = 0; i < extent.Rows; i++)
        {
            int from = starts[i] - activities.FirstRow, to = starts[i + 1] - activities.FirstRow;
            values[i] = codes < 64 ? OfFewCodes(operands, words, from, to) : Of(operands, words, from, to, seen);
        }

        scratch.Return(operands);
        scratch.Return(words);
        scratch.Return(there);
        if (codes is not < 64)
        {
            scratch.Return(seen);
        }
    }

    // A set of codes is a word, and an activity that does not count sets no bit of it.
    private static int OfFewCodes(long[] operands, ulong[] words, int from, int to)
    {
        ulong set = 0;
        for (var row = from; row < to; row++)
        {
            set |= ((words[row >> 6] >> (row & 63)) & 1) << (int)operands[row];
        }

        return BitOperations.PopCount(set);
    }

    private static int Of(long[] operands, ulong[] words, int from, int to, long[] seen)
    {
        var count = 0;
        if (to - from <= Few)
        {
            for (var row = from; row < to; row++)
            {
                if (((words[row >> 6] >> (row & 63)) & 1) != 0 && !seen.AsSpan(0, count).Contains(operands[row]))
                {
                    seen[count++] = operands[row];
                }
            }

            return count;
        }

        for (var row = from; row < to; row++)
        {
            seen[count] = operands[row];
            count += (int)((words[row >> 6] >> (row & 63)) & 1);
        }

        seen.AsSpan(0, count).Sort();
        var different = Math.Min(count, 1);
        for (var i = 1; i < count; i++)
        {
            different += seen[i] == seen[i - 1] ? 0 : 1;
        }

        return different;
    }
}
