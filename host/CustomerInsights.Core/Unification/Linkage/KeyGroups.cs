namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Records that share a key, group by group. Holds the room that finding them takes, to be used for one key after the other.</summary>
internal sealed class KeyGroups(PartCodes codes)
{
    private readonly uint[] _hashes = new uint[codes.Rows];
    private ulong[] _entries = [];
    private ulong[] _spare = [];
    private int _count;

    /// <summary>The hash of each record of the key last asked for; 0 for none.</summary>
    internal ReadOnlySpan<uint> Hashes => _hashes;

    /// <summary>What was sorted last: hash above, row below.</summary>
    internal ReadOnlySpan<ulong> Entries => _entries.AsSpan(0, _count);

    /// <summary>Computes the hashes of a key.</summary>
    internal void Hash(BlockingKey key) => codes.Hashes(key, _hashes);

    /// <summary>Sorts the records whose hash passes a filter by hash and then by row.</summary>
    /// <param name="filter">One bit for each hash, by its remainder; a power of two of bits. Empty to take all.</param>
    internal void Sort(ReadOnlySpan<ulong> filter)
    {
        var bits = (uint)filter.Length * 64;
        bool Passes(uint hash, ReadOnlySpan<ulong> filter) => hash != 0 && (bits == 0 || (filter[(int)(hash % bits / 64)] & (1UL << (int)(hash % 64))) != 0);
        var count = 0;
        foreach (var hash in _hashes)
        {
            count += Passes(hash, filter) ? 1 : 0;
        }

        if (_entries.Length < count)
        {
            (_entries, _spare) = (new ulong[count], new ulong[count]);
        }

        _count = 0;
        for (var row = 0; row < _hashes.Length; row++)
        {
            if (Passes(_hashes[row], filter))
            {
                _entries[_count++] = ((ulong)_hashes[row] << 32) | (uint)row;
            }
        }

        RadixSort.ByUpperHalf(_entries.AsSpan(0, _count), _spare);
    }

    /// <summary>Groups of two or more among what was sorted last.</summary>
    internal IEnumerable<(int From, int To)> Groups()
    {
        for (var from = 0; from < _count;)
        {
            var to = from + 1;
            while (to < _count && _entries[to] >> 32 == _entries[from] >> 32)
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
}
