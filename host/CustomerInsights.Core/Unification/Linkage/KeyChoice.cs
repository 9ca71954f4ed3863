namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// Which keys find the candidates, and up to what size of group. All keys are tried on the partners of a few thousand records: pairs are taken
/// smallest group first until the budget is used, since the size of a group is the measure of what sharing its key says. Of the keys that reach them those are
/// kept that are needed (greedy cover), weighed by how likely their pairs are matches; what a hundred keys find, twenty mostly find too.
/// </summary>
internal sealed class KeyChoice
{
    // Groups up to this size are always taken: a person may well have so many records.
    internal const int AlwaysTaken = 8;
    internal const int LargestGroup = 2000;
    private const int SampledRows = 4000;
    private const int FilterBits = 1 << 20;

    // A key that brings less than this part of the likely matches is left out, and unlikely pairs count for so much.
    private const double LeastGain = 0.0005;
    private const double Unlikely = 0.02;

    private readonly PartCodes _codes;
    private readonly BlockingKey[] _keys;
    private readonly ulong[]? _alone;
    private readonly int[] _number;
    private readonly int[] _sampled;
    private readonly int _given;
    private readonly int _step;
    private readonly int _threads;
    private readonly long _budget;

    private KeyChoice(PartCodes codes, BlockingKey[] keys, int given, ulong[] rowHashes, ulong[]? alone, double pairsPerRecord, int threads)
    {
        (_codes, _keys, _given, _alone, _threads) = (codes, keys, given, alone, threads);
        _budget = (long)(pairsPerRecord * codes.Rows);
        _step = Math.Max(1, codes.Rows / SampledRows);
        _number = new int[codes.Rows];
        var sampled = new List<int>();
        for (var row = 0; row < _number.Length; row++)
        {
            _number[row] = _step == 1 || (uint)(rowHashes[row] >> 32) % (uint)_step == 0 ? sampled.Count : -1;
            if (_number[row] >= 0)
            {
                sampled.Add(row);
            }
        }

        _sampled = [.. sampled];
    }

    /// <summary>The keys to use, those that find most first.</summary>
    internal BlockingKey[] Keys { get; private set; } = [];

    /// <summary>Records in the largest group to be taken.</summary>
    internal int Cap { get; private set; } = AlwaysTaken;

    /// <summary>What choosing among so many keys takes, in bytes, when each uses up the budget: a pair is met from both its records.</summary>
    internal static long MostBytes(long keys, long rows, double pairsPerRecord) => (long)(keys * Math.Min(rows, SampledRows) * 2 * pairsPerRecord * Meetings.BytesEach);

    /// <param name="codes">The parts' codes.</param>
    /// <param name="keys">All keys to choose from.</param>
    /// <param name="given">How many of the first are used in any case, in their order.</param>
    /// <param name="rowHashes">A number for each record that depends on its values alone.</param>
    /// <param name="alone">For each record the sources that it cannot share with another record of its person; null for none.</param>
    /// <param name="likely">How likely the two records of a sampled pair are one, 0 to 1.</param>
    /// <param name="pairsPerRecord">The budget.</param>
    /// <param name="threads">The result is the same with any number.</param>
    internal static KeyChoice Of(PartCodes codes, BlockingKey[] keys, int given, ulong[] rowHashes, ulong[]? alone, Func<ulong[], double[]> likely, double pairsPerRecord, int threads)
    {
        var choice = new KeyChoice(codes, keys, given, rowHashes, alone, pairsPerRecord, threads);
        choice.Choose(likely);
        return choice;
    }

    private void Choose(Func<ulong[], double[]> likely)
    {
        var found = new ulong[_keys.Length][];
        Parallel.For(0, _keys.Length, new ParallelOptions { MaxDegreeOfParallelism = _threads }, () => new KeyGroups(_codes), (key, _, groups) =>
        {
            found[key] = Met(key, groups);
            return groups;
        }, _ => { });
        var all = Meetings.Of(found);
        var cap = CapOf(all, null);
        var pairs = Pairs(all, cap);
        var weights = likely(Array.ConvertAll(pairs, pair => Ordered(_sampled[(int)(pair >> 32)], (int)(uint)pair)));
        var chosen = Cover(all, cap, pairs.Length, weights);

        // Where no sampled record has a partner, all groups may be too large: the bill of the single values says so.
        Keys = chosen.Count > 0 ? [.. chosen.Select(key => _keys[key])] : Array.FindAll(_keys, key => key.Second < 0);
        Cap = CapOf(all, [.. chosen]);
    }

    private static ulong[] Pairs(Meetings all, int cap)
    {
        var pairs = new List<ulong>();
        for (var i = 0; i < all.Count; i++)
        {
            if (all.Size(i) <= cap && (pairs.Count == 0 || pairs[^1] != all.Pair(i)))
            {
                pairs.Add(all.Pair(i));
            }
        }

        return [.. pairs];
    }

    private static ulong Ordered(int a, int b) => ((ulong)(uint)Math.Min(a, b) << 32) | (uint)Math.Max(a, b);

    // Partners of the sampled records by one key; only groups within what this key alone could use up of the budget.
    private ulong[] Met(int key, KeyGroups records)
    {
        records.Hash(_keys[key]);
        var hashes = records.Hashes;
        var filter = new ulong[FilterBits / 64];
        foreach (var row in _sampled)
        {
            if (hashes[row] != 0)
            {
                var bit = hashes[row] % FilterBits;
                filter[bit / 64] |= 1UL << (int)(bit % 64);
            }
        }

        records.Sort(filter);
        var groups = records.Groups().Where(group => group.To - group.From <= LargestGroup).OrderBy(group => group.To - group.From).ThenBy(group => group.From);
        var found = new List<ulong>();
        var size = 0;
        foreach (var (from, to) in groups)
        {
            // A size is taken whole or not at all: which groups of a size come first must not matter.
            if (to - from != size && to - from > AlwaysTaken && (long)found.Count * _step / 2 > _budget)
            {
                break;
            }

            size = to - from;
            Meet(records.Entries.Slice(from, size), found);
        }

        return [.. found];
    }

    private void Meet(ReadOnlySpan<ulong> group, List<ulong> found)
    {
        foreach (var entry in group)
        {
            var row = (int)(uint)entry;
            if (_number[row] < 0)
            {
                continue;
            }

            foreach (var other in group)
            {
                var partner = (int)(uint)other;
                if (partner != row && (_alone is null || (_alone[row] & _alone[partner]) == 0))
                {
                    found.Add(Meetings.Of(_number[row], partner, group.Length));
                }
            }
        }
    }

    // The largest size with which the pairs of these keys (null for all) are within the budget. Each pair was met from one of its two
    // records, if that was in the sample.
    private int CapOf(Meetings all, HashSet<int>? keys)
    {
        var sizes = new long[LargestGroup + 1];
        var before = ulong.MaxValue;
        for (var i = 0; i < all.Count; i++)
        {
            if (all.Pair(i) != before && keys?.Contains(all.Key(i)) != false)
            {
                sizes[all.Size(i)] += _step;
                before = all.Pair(i);
            }
        }

        // A key that alone used up the budget was followed no further, and the loop ends before that.
        var (size, used) = (2, 0L);
        while (size <= LargestGroup && (size <= AlwaysTaken || used + (sizes[size] / 2) <= _budget))
        {
            used += sizes[size++] / 2;
        }

        return size - 1;
    }

    private List<int> Cover(Meetings all, int cap, int pairs, double[] weights)
    {
        var pairsOf = new List<int>[_keys.Length];
        var (pair, before) = (-1, ulong.MaxValue);
        for (var i = 0; i < all.Count; i++)
        {
            if (all.Size(i) <= cap)
            {
                pair += all.Pair(i) != before ? 1 : 0;
                before = all.Pair(i);
                (pairsOf[all.Key(i)] ??= []).Add(pair);
            }
        }

        // Whole numbers: their sum is the same in any order of the records.
        var weight = Array.ConvertAll(weights, one => (long)(Math.Max(one, Unlikely) * 1e6));
        var least = (long)(LeastGain * weight.Sum());
        var covered = new bool[pairs];
        var chosen = new List<int>();

        // Gains only shrink: a key is weighed again when it comes to the front.
        var queue = new PriorityQueue<int, (long, int)>();
        long Gain(int key) => pairsOf[key].Where(one => !covered[one]).Sum(one => weight[one]);
        for (var key = 0; key < _given; key++)
        {
            Take(key);
        }

        for (var key = _given; key < _keys.Length; key++)
        {
            if (pairsOf[key] is not null)
            {
                queue.Enqueue(key, (-Gain(key), key));
            }
        }

        while (queue.TryDequeue(out var key, out var priority))
        {
            var gain = Gain(key);
            if (gain < -priority.Item1 && queue.TryPeek(out _, out var next) && (-gain, key).CompareTo(next) > 0)
            {
                queue.Enqueue(key, (-gain, key));
                continue;
            }

            if (gain < least)
            {
                break;
            }

            Take(key);
        }

        return chosen;

        void Take(int key)
        {
            chosen.Add(key);
            foreach (var one in pairsOf[key] ?? [])
            {
                covered[one] = true;
            }
        }
    }
}
