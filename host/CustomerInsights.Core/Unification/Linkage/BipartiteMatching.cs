namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>An edge between the two sides of a graph.</summary>
/// <param name="Left">A node of the one side, from 0.</param>
/// <param name="Right">A node of the other, from 0.</param>
/// <param name="Weight">What it is worth, above 0.</param>
internal readonly record struct SideEdge(int Left, int Right, long Weight);

/// <summary>
/// The matching of a bipartite graph with the largest sum of weights, exact: each node has one partner at most and may have none. By shortest augmenting
/// paths with prices (Kuhn 1955; Munkres 1957; Edmonds, Karp 1972), in whole numbers: n paths of O(m log n) each, most of them far shorter.
/// </summary>
/// <remarks>
/// Where several matchings are best, <see cref="Settled"/> tells which of the pairs all of them have. By complementary slackness another best matching
/// differs along cycles of edges without slack, where nodes whose price is 0 may as well be alone: a pair is in all of them unless it lies on such a cycle.
/// </remarks>
internal sealed class BipartiteMatching
{
    private const int None = -1;

    private readonly List<(int To, long Weight)>[] _edges;
    private readonly int[] _rightOf;
    private readonly int[] _leftOf;
    private readonly long[] _leftPrice;
    private readonly long[] _rightPrice;

    // Distances from the node that looks for a partner, and by which left node each right one was reached.
    private readonly long[] _leftDistance;
    private readonly long[] _rightDistance;
    private readonly int[] _reachedBy;
    private readonly List<int> _leftSeen = [];
    private readonly List<int> _rightSeen = [];
    private readonly PriorityQueue<int, long> _queue = new();

    /// <param name="left">Nodes of the one side.</param>
    /// <param name="right">Nodes of the other.</param>
    /// <param name="edges">In any order, each two nodes once.</param>
    internal BipartiteMatching(int left, int right, IReadOnlyList<SideEdge> edges)
    {
        _edges = [.. Enumerable.Range(0, left).Select(_ => new List<(int, long)>())];
        (_rightOf, _leftOf, _reachedBy) = (new int[left], new int[right], new int[right]);
        (_leftPrice, _rightPrice, _leftDistance, _rightDistance) = (new long[left], new long[right], new long[left], new long[right]);
        Array.Fill(_rightOf, None);
        Array.Fill(_leftOf, None);
        Array.Fill(_leftDistance, long.MaxValue);
        Array.Fill(_rightDistance, long.MaxValue);
        foreach (var (from, to, weight) in edges)
        {
            _edges[from].Add((to, weight));
            _leftPrice[from] = Math.Max(_leftPrice[from], weight);
        }

        for (var node = 0; node < left; node++)
        {
            FindPartner(node);
        }
    }

    /// <summary>For each left node its partner in a best matching; −1 for none. Which of several best ones depends on the numbers of the nodes.</summary>
    internal IReadOnlyList<int> Partners => _rightOf;

    /// <summary>The pairs that every best matching has, and the groups of nodes that are paired differently in different ones.</summary>
    /// <returns>Neither depends on the numbers of the nodes, but for their order.</returns>
    internal (IReadOnlyList<(int Left, int Right)> Pairs, IReadOnlyList<(int[] Left, int[] Right)> Ties) Settled()
    {
        var part = new TiedParts(_edges, _rightOf, _leftOf, _leftPrice, _rightPrice).PartOf();
        var pairs = new List<(int, int)>();
        for (var node = 0; node < _rightOf.Length; node++)
        {
            if (_rightOf[node] is not None and var partner && part[node] != part[_rightOf.Length + partner])
            {
                pairs.Add((node, partner));
            }
        }

        // A part of one node is settled, whether it has a partner or none.
        var ties = Enumerable.Range(0, _rightOf.Length + _leftOf.Length).GroupBy(node => part[node]).Select(group => group.ToArray()).Where(group => group.Length > 1)
            .Select(group => (Array.FindAll(group, node => node < _rightOf.Length), Array.ConvertAll(Array.FindAll(group, node => node >= _rightOf.Length), node => node - _rightOf.Length))).ToList();
        return (pairs, ties);
    }

    // The cheapest way to give a node a partner, where others may have to take another or none; or to leave it alone.
    private void FindPartner(int start)
    {
        var (best, endLeft, endRight) = (_leftPrice[start], start, None);
        Reach(start, 0);
        while (_queue.TryDequeue(out var node, out var distance) && distance < best)
        {
            if (distance > _leftDistance[node])
            {
                continue;
            }

            foreach (var (to, weight) in _edges[node])
            {
                var there = distance + _leftPrice[node] + _rightPrice[to] - weight;
                if (there >= best || there >= _rightDistance[to])
                {
                    continue;
                }

                if (_rightDistance[to] == long.MaxValue)
                {
                    _rightSeen.Add(to);
                }

                (_rightDistance[to], _reachedBy[to]) = (there, node);
                if (_leftOf[to] == None)
                {
                    (best, endLeft, endRight) = (there, None, to);
                    continue;
                }

                Reach(_leftOf[to], there);
                if (there + _leftPrice[_leftOf[to]] < best)
                {
                    (best, endLeft, endRight) = (there + _leftPrice[_leftOf[to]], _leftOf[to], None);
                }
            }
        }

        Settle(best);
        Turn(start, endLeft, endRight);
    }

    private void Reach(int left, long distance)
    {
        if (_leftDistance[left] == long.MaxValue)
        {
            _leftSeen.Add(left);
        }

        _leftDistance[left] = distance;
        _queue.Enqueue(left, distance);
    }

    // Prices that leave no edge below zero and none of the way above it.
    private void Settle(long best)
    {
        foreach (var node in _leftSeen)
        {
            _leftPrice[node] -= Math.Max(0, best - _leftDistance[node]);
            _leftDistance[node] = long.MaxValue;
        }

        foreach (var node in _rightSeen)
        {
            _rightPrice[node] += Math.Max(0, best - _rightDistance[node]);
            _rightDistance[node] = long.MaxValue;
        }

        _leftSeen.Clear();
        _rightSeen.Clear();
        _queue.Clear();
    }

    // Back along the way: each right node takes the left one by which it was reached.
    private void Turn(int start, int endLeft, int endRight)
    {
        if (endLeft == start)
        {
            return;
        }

        var to = endLeft == None ? endRight : _rightOf[endLeft];
        if (endLeft != None)
        {
            _rightOf[endLeft] = None;
        }

        while (true)
        {
            var from = _reachedBy[to];
            var before = _rightOf[from];
            (_rightOf[from], _leftOf[to]) = (to, from);
            if (from == start)
            {
                return;
            }

            to = before;
        }
    }
}
