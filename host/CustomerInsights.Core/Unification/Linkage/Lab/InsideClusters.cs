namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// How likely the pairs inside clusters are one. A pair is as likely as its own evidence says, or as the likeliest chain of pairs between the two, whichever
/// is more: the path through the maximum spanning tree of the compared pairs.
/// </summary>
internal sealed class InsideClusters
{
    // Of larger clusters this many records are taken, each with all others.
    private const int Taken = 64;

    private readonly MatcherResult _result;
    private readonly double[] _weights;
    private readonly Dictionary<ulong, double> _bits = [];
    private readonly Scratch _scratch = new();
    private double _total;

    /// <param name="result">A run.</param>
    /// <param name="clusters">For each record the smallest row of its cluster; need not be those of the run.</param>
    /// <param name="weights">Shares of the evidence that count, 0 to 1.</param>
    internal InsideClusters(MatcherResult result, int[] clusters, double[] weights, CancellationToken cancellationToken)
    {
        (_result, _weights) = (result, weights);
        (Right, Variance) = (new double[weights.Length], new double[weights.Length]);
        var members = new Dictionary<int, List<int>>();
        for (var row = 0; row < clusters.Length; row++)
        {
            if (clusters[row] != row)
            {
                (members.TryGetValue(clusters[row], out var list) ? list : members[clusters[row]] = [clusters[row]]).Add(row);
            }
        }

        var edges = new Dictionary<int, List<(int A, int B, double Bits)>>();
        for (var i = 0; i < result.Pairs.Length; i++)
        {
            var (a, b) = ((int)(result.Pairs[i] >> 32), (int)(uint)result.Pairs[i]);
            if (clusters[a] == clusters[b])
            {
                (edges.TryGetValue(clusters[a], out var list) ? list : edges[clusters[a]] = []).Add((a, b, result.BitsOf(i)));
            }
        }

        foreach (var (cluster, rows) in members)
        {
            cancellationToken.ThrowIfCancellationRequested();
            Add(rows, edges.GetValueOrDefault(cluster) ?? []);
        }

        Together = (long)Math.Round(_total);
    }

    /// <summary>Pairs together.</summary>
    internal long Together { get; }

    /// <summary>For each weight the expected number of right pairs.</summary>
    internal double[] Right { get; }

    /// <summary>For each weight the variance of that number, pairs as independent draws.</summary>
    internal double[] Variance { get; }

    /// <summary>Pairs whose own evidence is against or that were never compared.</summary>
    internal double ThroughOthers { get; private set; }

    /// <summary>Pairs that were never compared or far from likely.</summary>
    internal double Unseen { get; private set; }

    /// <summary>Pairs in clusters of three or more, where a chain can bring two together that no key does.</summary>
    internal double InChains { get; private set; }

    private void Add(List<int> rows, List<(int A, int B, double Bits)> edges)
    {
        var place = new Dictionary<int, int>(rows.Count);
        for (var i = 0; i < rows.Count; i++)
        {
            place.Add(rows[i], i);
        }

        var tree = Tree(rows.Count, edges, place);
        var compared = edges.Select(edge => ((ulong)(uint)edge.A << 32) | (uint)edge.B).ToHashSet();
        var starts = rows.Count <= Taken ? Enumerable.Range(0, rows.Count).ToArray() : [.. Enumerable.Range(0, Taken).Select(i => (int)((long)i * rows.Count / Taken))];

        // Each pair is met from both of its ends.
        var times = (double)rows.Count / starts.Length / 2;
        _total += times * starts.Length * (rows.Count - 1);
        foreach (var start in starts)
        {
            AddFrom(start, rows, tree, compared, times);
        }
    }

    private void AddFrom(int start, List<int> rows, List<(int To, double Bits)>[] tree, HashSet<ulong> compared, double times)
    {
        var chain = new double[rows.Count][];
        chain[start] = [.. _weights.Select(_ => 1.0)];
        var open = new Stack<int>([start]);
        while (open.TryPop(out var at))
        {
            foreach (var (to, bits) in tree[at])
            {
                if (chain[to] is null)
                {
                    chain[to] = [.. _weights.Select((weight, w) => chain[at][w] * Odds.Probability(weight * bits))];
                    open.Push(to);
                }
            }
        }

        for (var other = 0; other < rows.Count; other++)
        {
            if (other == start)
            {
                continue;
            }

            var (a, b) = (Math.Min(rows[start], rows[other]), Math.Max(rows[start], rows[other]));
            var bits = BitsOf(_result.Levels!.Pattern(a, b, _scratch));
            var seen = compared.Contains(((ulong)(uint)a << 32) | (uint)b);
            ThroughOthers += !seen || bits <= 0 ? times : 0;
            Unseen += seen ? 0 : times;
            InChains += rows.Count > 2 ? times : 0;
            for (var w = 0; w < _weights.Length; w++)
            {
                var p = Math.Max(Odds.Probability(_weights[w] * bits), chain[other]?[w] ?? 0);
                Right[w] += times * p;
                Variance[w] += times * p * (1 - p);
            }
        }
    }

    private double BitsOf(ulong pattern)
    {
        if (!_bits.TryGetValue(pattern, out var bits))
        {
            bits = _result.Model!.BitsOf(pattern);
            _bits.Add(pattern, bits);
        }

        return bits;
    }

    // Kruskal 1956, the strongest pair first.
    private static List<(int To, double Bits)>[] Tree(int count, List<(int A, int B, double Bits)> edges, Dictionary<int, int> place)
    {
        var tree = Enumerable.Range(0, count).Select(_ => new List<(int, double)>()).ToArray();
        var sets = new ConstrainedUnionFind(count);
        foreach (var (a, b, bits) in edges.OrderByDescending(edge => edge.Bits).ThenBy(edge => edge.A).ThenBy(edge => edge.B))
        {
            var (left, right) = (place[a], place[b]);
            if (sets.Find(left) != sets.Find(right))
            {
                sets.Union(left, right);
                tree[left].Add((right, bits));
                tree[right].Add((left, bits));
            }
        }

        return tree;
    }
}
