namespace CustomerInsights.Core.Unification.Linkage.Live;

/// <summary>
/// The records of one key by hash: those of the run in two sorted arrays, later ones beside. A record that changed stays where it was; whether it
/// still has a hash is asked of its codes.
/// </summary>
internal sealed class KeyPostings
{
    private readonly PartCodes _codes;
    private readonly uint[] _hashes;
    private readonly int[] _rows;
    private readonly HashSet<uint> _tooLarge;
    private readonly Dictionary<uint, List<int>> _later = [];

    /// <param name="codes">What each record has.</param>
    /// <param name="key">The key.</param>
    /// <param name="groups">The records sorted by their hashes of this key.</param>
    /// <param name="tooLarge">Hashes of the groups that stay out for good.</param>
    internal KeyPostings(PartCodes codes, BlockingKey key, KeyGroups groups, HashSet<uint> tooLarge)
    {
        (_codes, Key, _tooLarge) = (codes, key, tooLarge);
        var (hashes, rows) = (new List<uint>(), new List<int>());
        foreach (var entry in groups.Entries)
        {
            var hash = (uint)(entry >> 32);
            if (!_tooLarge.Contains(hash))
            {
                hashes.Add(hash);
                rows.Add((int)(uint)entry);
            }
        }

        (_hashes, _rows) = ([.. hashes], [.. rows]);
    }

    internal BlockingKey Key { get; }

    /// <summary>Whether the pairs of this hash are left out: its group was too large in the run.</summary>
    internal bool IsTooLarge(uint hash) => _tooLarge.Contains(hash);

    /// <summary>Notes that a record has the hash now.</summary>
    internal void Add(uint hash, int row)
    {
        if (IsTooLarge(hash) || IsOfRun(hash, row))
        {
            return;
        }

        if (!_later.TryGetValue(hash, out var rows))
        {
            _later.Add(hash, rows = []);
        }

        // Ascending: new records come last.
        var place = rows.Count == 0 || rows[^1] < row ? ~rows.Count : rows.BinarySearch(row);
        if (place < 0)
        {
            rows.Insert(~place, row);
        }
    }

    /// <summary>Puts the records that have the hash now into a list, in its place; ends as soon as there are more than so many.</summary>
    internal void Collect(uint hash, int most, List<int> into)
    {
        into.Clear();
        if (IsTooLarge(hash))
        {
            return;
        }

        for (var at = First(hash); at < _hashes.Length && _hashes[at] == hash && into.Count <= most; at++)
        {
            Take(hash, _rows[at], into);
        }

        if (_later.TryGetValue(hash, out var rows))
        {
            for (var i = 0; i < rows.Count && into.Count <= most; i++)
            {
                Take(hash, rows[i], into);
            }
        }
    }

    private void Take(uint hash, int row, List<int> into)
    {
        if (_codes.Hash(Key, row) == hash)
        {
            into.Add(row);
        }
    }

    private bool IsOfRun(uint hash, int row)
    {
        for (var at = First(hash); at < _hashes.Length && _hashes[at] == hash; at++)
        {
            if (_rows[at] == row)
            {
                return true;
            }
        }

        return false;
    }

    private int First(uint hash)
    {
        var (from, to) = (0, _hashes.Length);
        while (from < to)
        {
            var middle = (int)(((uint)from + (uint)to) / 2);
            (from, to) = _hashes[middle] < hash ? (middle + 1, to) : (from, middle);
        }

        return from;
    }
}
