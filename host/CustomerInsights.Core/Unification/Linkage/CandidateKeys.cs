using System.Numerics;

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

/// <summary>The groups of one key that are taken.</summary>
/// <param name="Rows">The records, group by group, ascending in each.</param>
/// <param name="Ends">Where each group ends.</param>
internal sealed record TakenGroups(int[] Rows, int[] Ends);

/// <summary>
/// The records by the keys that were chosen: for each record the group that it is in by each key, side by side, so that a pair that several keys find
/// is told from the two records alone and counts for the first of them. The groups themselves are made key by key and not kept.
/// </summary>
internal sealed class CandidateKeys
{
    // Tags of a record are compared so many at a time.
    private static readonly int s_lanes = Vector<uint>.Count;

    private readonly int _width;
    private readonly uint[] _tags;
    private readonly IReadOnlyList<BlockingKey> _keys;
    private readonly KeyGroups _groups;
    private readonly int _cap;
    private readonly KeyBill[] _bill;

    internal CandidateKeys(PartCodes codes, IReadOnlyList<BlockingKey> keys, int cap)
    {
        (_keys, _groups, _cap, _bill) = (keys, new KeyGroups(codes), cap, new KeyBill[keys.Count]);
        _width = (keys.Count + s_lanes - 1) / s_lanes * s_lanes;
        _tags = new uint[(long)codes.Rows * _width];
    }

    /// <summary>What each key cost, when all were made.</summary>
    internal IReadOnlyList<KeyBill> Bill => _bill;

    internal int Count => _keys.Count;

    /// <summary>Whether an earlier key brings the two records together too.</summary>
    internal bool AreMetBefore(int key, int a, int b)
    {
        var left = new ReadOnlySpan<uint>(_tags, a * _width, _width);
        var right = new ReadOnlySpan<uint>(_tags, b * _width, _width);
        for (var at = 0; at < key; at += s_lanes)
        {
            var (one, other) = (new Vector<uint>(left[at..]), new Vector<uint>(right[at..]));
            var same = Vector.Equals(one, other) & ~Vector.Equals(one, Vector<uint>.Zero);
            if (same == Vector<uint>.Zero)
            {
                continue;
            }

            for (var i = at; i < Math.Min(key, at + s_lanes); i++)
            {
                if (left[i] != 0 && left[i] == right[i])
                {
                    return true;
                }
            }
        }

        return false;
    }

    /// <summary>Makes the groups of a key and notes them with their records. One at a time, in order.</summary>
    internal TakenGroups Take(int key)
    {
        _groups.Hash(_keys[key]);
        _groups.Sort([]);
        var (records, count) = (0, 0);
        foreach (var (from, to) in _groups.Groups)
        {
            (records, count) = to - from <= _cap ? (records + to - from, count + 1) : (records, count);
        }

        var (rows, ends, at, group) = (new int[records], new int[count], 0, 0);
        var (taken, left, largest) = (0L, 0L, 0);
        var entries = _groups.Entries;
        foreach (var (from, to) in _groups.Groups)
        {
            var size = to - from;
            var pairs = size * (size - 1L) / 2;
            if (size > _cap)
            {
                left += pairs;
                continue;
            }

            taken += pairs;
            largest = Math.Max(largest, size);
            var tag = (uint)(entries[from] >> 32);
            for (var i = from; i < to; i++)
            {
                var row = (int)(uint)entries[i];
                rows[at++] = row;
                _tags[((long)row * _width) + key] = tag;
            }

            ends[group++] = at;
        }

        _bill[key] = new KeyBill(_keys[key].Name, taken, left, largest);
        return new(rows, ends);
    }
}
