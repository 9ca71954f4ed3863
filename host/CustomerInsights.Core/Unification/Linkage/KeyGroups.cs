namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Records that share a key, group by group.</summary>
internal static class KeyGroups
{
    /// <summary>Runs of entries with the same upper half, of two or more. The entries are sorted by it.</summary>
    internal static IEnumerable<(int From, int To)> Of(ulong[] entries)
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

    /// <summary>All records that have the key: hash above, row below, sorted by hash and then by row.</summary>
    internal static ulong[] Sorted(PartCodes codes, BlockingKey key)
    {
        var hashes = new uint[codes.Rows];
        codes.Hashes(key, hashes);
        var count = 0;
        foreach (var hash in hashes)
        {
            count += hash == 0 ? 0 : 1;
        }

        var (entries, at) = (new ulong[count], 0);
        for (var row = 0; row < hashes.Length; row++)
        {
            if (hashes[row] != 0)
            {
                entries[at++] = ((ulong)hashes[row] << 32) | (uint)row;
            }
        }

        RadixSort.ByUpperHalf(entries);
        return entries;
    }
}
