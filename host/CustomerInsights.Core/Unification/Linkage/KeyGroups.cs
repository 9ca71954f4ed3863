namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Records that share a key, group by group. Holds the room that finding them takes, to be used for one key after the other.</summary>
internal sealed class KeyGroups(IKeyHashes codes)
{
    private readonly uint[] _hashes = new uint[codes.Rows];
    private ulong[] _entries = [];
    private ulong[] _spare = [];
    private readonly List<(int From, int To)> _groups = [];
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
        var count = filter.Length == 0 ? Filled() : Passing(filter);
        if (_entries.Length < count)
        {
            // All at once where all are sorted, since the next key may have more: arrays of this size that are left behind are not soon collected.
            (_entries, _spare) = ([], []);
            (_entries, _spare) = filter.Length == 0 ? (new ulong[_hashes.Length], new ulong[_hashes.Length]) : (new ulong[count], new ulong[count]);
        }

        _count = 0;
        for (var row = 0; row < _hashes.Length; row++)
        {
            var hash = _hashes[row];
            if (hash != 0 && (filter.Length == 0 || Passes(hash, filter)))
            {
                _entries[_count++] = ((ulong)hash << 32) | (uint)row;
            }
        }

        RadixSort.ByUpperHalf(_entries.AsSpan(0, _count), _spare);
    }

    /// <summary>Where the records of a hash end that begin at <paramref name="from"/>, among what was sorted last.</summary>
    internal int EndOf(int from)
    {
        var entries = Entries;
        var (hash, to) = (entries[from] >> 32, from + 1);
        while (to < entries.Length && entries[to] >> 32 == hash)
        {
            to++;
        }

        return to;
    }

    /// <summary>Groups of two or more among what was sorted last, by hash; good until the next sort.</summary>
    internal IReadOnlyList<(int From, int To)> Groups()
    {
        _groups.Clear();
        for (int from = 0, to; from < _count; from = to)
        {
            to = EndOf(from);
            if (to - from > 1)
            {
                _groups.Add((from, to));
            }
        }

        return _groups;
    }

    private static bool Passes(uint hash, ReadOnlySpan<ulong> filter) =>
        (filter[(int)(hash % ((uint)filter.Length * 64) / 64)] & (1UL << (int)(hash % 64))) != 0;

    private int Filled() => _hashes.Length - _hashes.AsSpan().Count(0u);

    private int Passing(ReadOnlySpan<ulong> filter)
    {
        var count = 0;
        foreach (var hash in _hashes)
        {
            count += hash != 0 && Passes(hash, filter) ? 1 : 0;
        }

        return count;
    }
}
