using System.Numerics;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

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
internal sealed class MeanBits(VectorNode<long> sum, VectorNode<long> count, long factor, long bound, BinaryOperator op) : BitsNode
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
        BinaryOperator.Equal => order == 0,
        BinaryOperator.NotEqual => order != 0,
        BinaryOperator.Less => order < 0,
        BinaryOperator.LessOrEqual => order <= 0,
        BinaryOperator.Greater => order > 0,
        _ => order >= 0,
    };
}
