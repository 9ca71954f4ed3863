namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>A key's part in the candidates.</summary>
/// <param name="Name">The key.</param>
/// <param name="Pairs">The pairs that its groups hold, as far as they were taken.</param>
/// <param name="LeftOut">The pairs in groups that were too large.</param>
/// <param name="LargestTaken">Records in the largest group that was taken.</param>
public sealed record KeyBill(string Name, long Pairs, long LeftOut, int LargestTaken)
{
    /// <summary>The key as an expert writes it into a policy.</summary>
    public IReadOnlyList<MatchKeyPart> Parts { get; init; } = [];
}

/// <summary>The groups of one key that are taken; the room is used again for the next key but one.</summary>
internal sealed class TakenGroups
{
    private int[] _rows = [];
    private int[] _ends = [];

    /// <summary>How many groups there are.</summary>
    internal int Count { get; private set; }

    /// <summary>The records, group by group, ascending in each.</summary>
    internal ReadOnlySpan<int> Rows => _rows;

    /// <summary>Where each group ends among the records.</summary>
    internal ReadOnlySpan<int> Ends => _ends.AsSpan(0, Count);

    private int Filled => Count == 0 ? 0 : _ends[Count - 1];

    internal void Clear(int rows)
    {
        Count = 0;
        if (_rows.Length < rows)
        {
            (_rows, _ends) = (new int[rows], new int[(rows / 2) + 1]);
        }
    }

    internal void Add(ReadOnlySpan<ulong> entries)
    {
        var at = Filled;
        foreach (var entry in entries)
        {
            _rows[at++] = (int)(uint)entry;
        }

        _ends[Count++] = at;
    }
}

/// <summary>
/// The records by the keys that were chosen. A pair that several keys find is told from the parts that the two records share and counts for the first of
/// them; of each record it is noted by which keys it is in a group that was taken, one bit each. The groups themselves are made key by key and not kept.
/// </summary>
internal sealed class CandidateKeys
{
    private readonly RowCodes _codes;
    private readonly KeyMasks _masks;
    private readonly ulong[] _taken;
    private readonly IReadOnlyList<BlockingKey> _keys;
    private readonly KeyGroups _groups;
    private readonly TakenGroups[] _rooms = [new(), new()];
    private readonly int _cap;
    private readonly KeyBill[] _bill;
    private readonly bool _isSettled;

    /// <param name="codes">The parts' codes.</param>
    /// <param name="keys">The keys, in the order in which they count.</param>
    /// <param name="cap">Records in the largest group that is taken.</param>
    /// <param name="tooLarge">By key the hashes of groups that stay out whatever their size; null: none, and those above the cap are noted.</param>
    internal CandidateKeys(RowCodes codes, IReadOnlyList<BlockingKey> keys, int cap, IReadOnlyList<HashSet<uint>>? tooLarge = null)
    {
        (_codes, _keys, _groups, _cap, _bill) = (codes, keys, new KeyGroups(codes), cap, new KeyBill[keys.Count]);
        (_isSettled, TooLarge) = (tooLarge is not null, tooLarge ?? [.. keys.Select(_ => new HashSet<uint>())]);
        _masks = new(codes, keys);
        _taken = new ulong[(long)codes.Rows * _masks.Words];
    }

    /// <summary>What each key cost, when all were made.</summary>
    internal IReadOnlyList<KeyBill> Bill => _bill;

    internal int Count => _keys.Count;

    /// <summary>By key the hashes of groups that are left out for good, when all were made.</summary>
    internal IReadOnlyList<HashSet<uint>> TooLarge { get; }

    /// <summary>Whether two records of a group of this key agree on it, and on no earlier key in whose groups they are.</summary>
    internal bool MeetFirst(int key, int a, int b)
    {
        var shared = _codes.Shared(a, b);
        var last = key / 64;
        for (var word = 0; word < last; word++)
        {
            if ((Taken(word, a) & _masks.Agreeing(word, shared)) != 0)
            {
                return false;
            }
        }

        // Records with one hash and different codes are in one group, and do not agree. Later keys may be under way and are not looked at.
        var bit = 1UL << key;
        var agreeing = _masks.Agreeing(last, shared);
        return (agreeing & bit) != 0 && (Taken(last, a) & agreeing & (bit - 1)) == 0;
    }

    /// <summary>Makes the groups of a key and notes them with their records. One at a time, in order.</summary>
    /// <returns>The groups, good until the next key but one is asked for.</returns>
    internal TakenGroups Take(int key)
    {
        _groups.Hash(_keys[key]);
        _groups.Sort([]);
        var taken = _rooms[key % 2];
        taken.Clear(_codes.Rows);
        var (pairs, left, largest) = (0L, 0L, 0);
        var entries = _groups.Entries;
        for (int from = 0, to; from < entries.Length; from = to)
        {
            to = _groups.EndOf(from);
            var size = to - from;
            if (size == 1)
            {
                continue;
            }

            var (own, hash) = (size * (size - 1L) / 2, (uint)(entries[from] >> 32));
            if (size > _cap || (_isSettled && TooLarge[key].Contains(hash)))
            {
                left += own;
                if (!_isSettled)
                {
                    TooLarge[key].Add(hash);
                }

                continue;
            }

            (pairs, largest) = (pairs + own, Math.Max(largest, size));
            taken.Add(entries[from..to]);
            foreach (var entry in entries[from..to])
            {
                Taken(key / 64, (int)(uint)entry) |= 1UL << key;
            }
        }

        _bill[key] = new KeyBill(_keys[key].Name, pairs, left, largest);
        return taken;
    }

    // Records that agree on a key are in one group: if it was taken for one, then for the other.
    private ref ulong Taken(int word, int row) => ref _taken[((long)row * _masks.Words) + word];
}
