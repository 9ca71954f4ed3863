using System.Numerics;
using System.Runtime.InteropServices;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Brings the pairs of several keys together, each once.</summary>
internal static class PairSet
{
    internal static ulong[] Union(List<ulong>[] lists, int rows, int threads)
    {
        var all = new ulong[lists.Sum(list => (long)list.Count)];
        var starts = new int[lists.Length];
        for (var i = 1; i < lists.Length; i++)
        {
            starts[i] = starts[i - 1] + lists[i - 1].Count;
        }

        Parallel.For(0, lists.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, i =>
        {
            CollectionsMarshal.AsSpan(lists[i]).CopyTo(all.AsSpan(starts[i]));
            lists[i] = [];
        });

        // By the second row, then, keeping that order, by the first.
        var bits = 64 - BitOperations.LeadingZeroCount((ulong)Math.Max(1, rows - 1));
        RadixSort.Sort(all, 0, bits);
        RadixSort.Sort(all, 32, 32 + bits);
        var count = 0;
        for (var i = 0; i < all.Length; i++)
        {
            if (i == 0 || all[i] != all[i - 1])
            {
                all[count++] = all[i];
            }
        }

        Array.Resize(ref all, count);
        return all;
    }
}
