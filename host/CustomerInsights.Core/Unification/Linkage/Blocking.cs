namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>A key's part in the candidates.</summary>
/// <param name="Name">The key.</param>
/// <param name="Pairs">The pairs that its groups hold, as far as they were taken.</param>
/// <param name="LeftOut">The pairs in groups that were too large.</param>
/// <param name="LargestTaken">Records in the largest group that was taken.</param>
public sealed record KeyBill(string Name, long Pairs, long LeftOut, int LargestTaken);

/// <summary>
/// Finds the pairs worth comparing: records that share a key, small groups first, until the budget is used. The size of a group is the measure
/// of what sharing its key says; a pair that is only in large groups agrees on nothing that is rare.
/// </summary>
internal sealed class Blocking
{
    // Groups up to this size are always taken: a person may well have so many records.
    private const int AlwaysTaken = 8;
    private const int LargestGroup = 2000;
    private const int SampledRows = 4000;
    private const int FilterBits = 1 << 20;
    private const int SizeBits = 11;

    private readonly BlockingKey[] _keys;
    private readonly MatchColumn[] _columns;
    private readonly ulong[] _rowHashes;
    private readonly ulong[]? _alone;
    private readonly int _rows;

    /// <param name="columns">The fields.</param>
    /// <param name="comparisons">Their comparisons.</param>
    /// <param name="rowHashes">A number for each record that depends on its values alone.</param>
    /// <param name="alone">For each record the sources that it cannot share with another record of its person; null for none.</param>
    internal Blocking(MatchColumn[] columns, FieldComparison[] comparisons, ulong[] rowHashes, ulong[]? alone)
    {
        (_columns, _rowHashes, _alone) = (columns, rowHashes, alone);
        _rows = columns.Length == 0 ? 0 : columns[0].Ids.Length;
        var parts = columns.SelectMany((column, field) => KeyParts.Of(column, field, comparisons[field])).ToList();
        _keys =
        [
            .. parts.Where(part => part.StandsAlone).Select(part => new BlockingKey(part, null)),
            .. from first in parts from second in parts where first.Field < second.Field select new BlockingKey(first, second),
        ];
    }

    internal IReadOnlyList<KeyBill> Bill { get; private set; } = [];

    /// <summary>The pairs, each once, in order, the smaller row in the upper half.</summary>
    internal ulong[] Pairs(double pairsPerRecord, int threads)
    {
        var histogram = Histogram(threads);
        var cap = Cap(histogram, (long)(pairsPerRecord * _rows));
        var perKey = new List<ulong>[_keys.Length];
        var bills = new KeyBill[_keys.Length];
        Parallel.For(0, _keys.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, key => (perKey[key], bills[key]) = Emit(_keys[key], cap));
        Bill = bills;
        return PairSet.Union(perKey, _rows, threads);
    }

    // How many pairs there are by the size of the smallest group that holds them, told from the partners of a few thousand records.
    private long[] Histogram(int threads)
    {
        var step = (uint)Math.Max(1, _rows / SampledRows);
        var number = new int[_rows];
        var count = 0;
        for (var row = 0; row < _rows; row++)
        {
            number[row] = step == 1 || (uint)(_rowHashes[row] >> 32) % step == 0 ? count++ : -1;
        }

        var sampled = new List<ulong>[_keys.Length];
        Parallel.For(0, _keys.Length, new ParallelOptions { MaxDegreeOfParallelism = threads }, key => sampled[key] = Partners(_keys[key], number));

        // By record and partner, smallest group first.
        var all = sampled.SelectMany(list => list).ToArray();
        Array.Sort(all);
        var sizes = new long[LargestGroup + 1];
        for (var i = 0; i < all.Length; i++)
        {
            if (i == 0 || all[i] >> SizeBits != all[i - 1] >> SizeBits)
            {
                sizes[(int)(all[i] & ((1 << SizeBits) - 1))]++;
            }
        }

        // Each pair was met from one of its two records, if that was in the sample.
        return Array.ConvertAll(sizes, count => count * step / 2);
    }

    private List<ulong> Partners(BlockingKey key, int[] number)
    {
        var hashes = Hashes(key);
        var filter = new ulong[FilterBits / 64];
        for (var row = 0; row < _rows; row++)
        {
            if (number[row] >= 0 && hashes[row] != 0)
            {
                var bit = (uint)(hashes[row] >> 32) % FilterBits;
                filter[bit / 64] |= 1UL << (int)(bit % 64);
            }
        }

        var entries = new List<ulong>();
        for (var row = 0; row < _rows; row++)
        {
            var bit = (uint)(hashes[row] >> 32) % FilterBits;
            if (hashes[row] != 0 && (filter[bit / 64] & (1UL << (int)(bit % 64))) != 0)
            {
                entries.Add((hashes[row] & 0xFFFF_FFFF_0000_0000UL) | (uint)row);
            }
        }

        var sorted = entries.ToArray();
        RadixSort.ByUpperHalf(sorted);
        var found = new List<ulong>();
        foreach (var (from, to) in Groups(sorted))
        {
            var size = to - from;
            if (size > LargestGroup)
            {
                continue;
            }

            for (var i = from; i < to; i++)
            {
                var own = number[(int)(uint)sorted[i]];
                for (var j = from; own >= 0 && j < to; j++)
                {
                    if (i != j)
                    {
                        found.Add(((ulong)(uint)own << (32 + SizeBits)) | ((ulong)(uint)sorted[j] << SizeBits) | (uint)size);
                    }
                }
            }
        }

        return found;
    }

    private static int Cap(long[] histogram, long budget)
    {
        var (size, used) = (2, 0L);
        while (size < histogram.Length && (size <= AlwaysTaken || used + histogram[size] <= budget))
        {
            used += histogram[size++];
        }

        return size - 1;
    }

    private (List<ulong>, KeyBill) Emit(BlockingKey key, int cap)
    {
        var entries = Entries(key);
        var pairs = new List<ulong>();
        var (taken, left, largest) = (0L, 0L, 0);
        foreach (var (from, to) in Groups(entries))
        {
            var size = to - from;
            var count = size * (size - 1L) / 2;
            if (size > cap)
            {
                left += count;
                continue;
            }

            taken += count;
            largest = Math.Max(largest, size);
            for (var i = from; i < to; i++)
            {
                for (var j = i + 1; j < to; j++)
                {
                    // Sorting is stable: rows within a group ascend.
                    if (_alone is null || (_alone[(uint)entries[i]] & _alone[(uint)entries[j]]) == 0)
                    {
                        pairs.Add((entries[i] << 32) | (uint)entries[j]);
                    }
                }
            }
        }

        return (pairs, new KeyBill(key.Name, taken, left, largest));
    }

    private static IEnumerable<(int From, int To)> Groups(ulong[] entries)
    {
        for (var from = 0; from < entries.Length;)
        {
            var to = from + 1;
            while (to < entries.Length && entries[to] >> 32 == entries[from] >> 32)
            {
                to++;
            }

            if (to - from > 1)
            {
                yield return (from, to);
            }

            from = to;
        }
    }

    // Hash above, row below, sorted by hash.
    private ulong[] Entries(BlockingKey key)
    {
        var entries = Hashes(key);
        var count = 0;
        for (var row = 0; row < _rows; row++)
        {
            if (entries[row] != 0)
            {
                entries[count++] = (entries[row] & 0xFFFF_FFFF_0000_0000UL) | (uint)row;
            }
        }

        Array.Resize(ref entries, count);
        RadixSort.ByUpperHalf(entries);
        return entries;
    }

    private ulong[] Hashes(BlockingKey key)
    {
        var (first, second) = (_columns[key.First.Field].Ids, key.Second is { } other ? _columns[other.Field].Ids : null);
        var (codes, more) = (key.First.Codes, key.Second?.Codes);
        var hashes = new ulong[_rows];
        for (var row = 0; row < _rows; row++)
        {
            var code = codes[first[row]];
            var extra = second is null ? 1 : more![second[row]];
            hashes[row] = code == 0 || extra == 0 ? 0 : TextHash.Mix((code * 0x9E3779B97F4A7C15UL) ^ TextHash.Mix(extra)) | 1;
        }

        return hashes;
    }
}
