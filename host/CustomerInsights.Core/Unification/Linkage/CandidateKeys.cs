using System.Numerics;

namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>A key's part in the candidates.</summary>
/// <param name="Name">The key.</param>
/// <param name="Pairs">The pairs that its groups hold, as far as they were taken.</param>
/// <param name="LeftOut">The pairs in groups that were too large.</param>
/// <param name="LargestTaken">Records in the largest group that was taken.</param>
public sealed record KeyBill(string Name, long Pairs, long LeftOut, int LargestTaken);

/// <summary>
/// The records by the keys that were chosen: for each key its groups, and for each record the group that it is in, side by side, so that a pair
/// that several keys find is told from the two records alone and counts for the first of them.
/// </summary>
internal sealed class CandidateKeys
{
    // Tags of a record are compared so many at a time.
    private static readonly int s_lanes = Vector<uint>.Count;

    private readonly int _width;
    private readonly uint[] _tags;
    private readonly int[][] _rows;
    private readonly int[][] _ends;

    internal CandidateKeys(PartCodes codes, IReadOnlyList<BlockingKey> keys, int cap, int threads)
    {
        _width = (keys.Count + s_lanes - 1) / s_lanes * s_lanes;
        _tags = new uint[(long)codes.Rows * _width];
        (_rows, _ends) = (new int[keys.Count][], new int[keys.Count][]);
        var bill = new KeyBill[keys.Count];
        Parallel.For(0, keys.Count, new ParallelOptions { MaxDegreeOfParallelism = threads }, () => new KeyGroups(codes), (key, _, groups) =>
        {
            bill[key] = Take(groups, keys[key], key, cap);
            return groups;
        }, _ => { });
        Bill = bill;
    }

    internal IReadOnlyList<KeyBill> Bill { get; }

    internal int Count => _rows.Length;

    /// <summary>The groups of a key: where each ends among <see cref="Rows"/>.</summary>
    internal int[] Ends(int key) => _ends[key];

    /// <summary>The records of a key's groups, group by group, ascending in each.</summary>
    internal int[] Rows(int key) => _rows[key];

    /// <summary>Whether an earlier key brings the two records together too.</summary>
    internal bool AreMetBefore(int key, int a, int b)
    {
        var left = _tags.AsSpan(a * _width, _width);
        var right = _tags.AsSpan(b * _width, _width);
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

    private KeyBill Take(KeyGroups groups, BlockingKey blocking, int key, int cap)
    {
        groups.Hash(blocking);
        groups.Sort([]);
        var records = groups.Groups().Where(group => group.To - group.From <= cap).Sum(group => group.To - group.From);
        var (rows, ends, at) = (new int[records], new List<int>(), 0);
        var (taken, left, largest) = (0L, 0L, 0);
        foreach (var (from, to) in groups.Groups())
        {
            var entries = groups.Entries;
            var size = to - from;
            var count = size * (size - 1L) / 2;
            if (size > cap)
            {
                left += count;
                continue;
            }

            taken += count;
            largest = Math.Max(largest, size);
            var tag = (uint)(entries[from] >> 32);
            for (var i = from; i < to; i++)
            {
                var row = (int)(uint)entries[i];
                rows[at++] = row;
                _tags[(row * _width) + key] = tag;
            }

            ends.Add(at);
        }

        (_rows[key], _ends[key]) = (rows, [.. ends]);
        return new KeyBill(blocking.Name, taken, left, largest);
    }
}
