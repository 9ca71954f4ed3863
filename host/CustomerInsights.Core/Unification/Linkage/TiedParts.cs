namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// Which nodes of a best matching change partners with each other in other best matchings: the strongly connected parts (Tarjan 1972) of the graph in which
/// an edge without slack leads from left to right, a pair back from right to left, and a node of price 0 to and from "nobody".
/// </summary>
internal sealed class TiedParts
{
    private readonly List<int>[] _ways;
    private readonly int[] _order;
    private readonly int[] _low;
    private readonly int[] _part;
    private readonly Stack<int> _open = new();
    private int _visited;
    private int _parts;

    /// <param name="edges">By left node.</param>
    /// <param name="rightOf">By left node its partner, −1 for none.</param>
    /// <param name="leftOf">By right node its partner, −1 for none.</param>
    /// <param name="leftPrice">What a left node pays: its edges' weights at most, together with the other's.</param>
    /// <param name="rightPrice">What a right node pays.</param>
    internal TiedParts(List<(int To, long Weight)>[] edges, int[] rightOf, int[] leftOf, long[] leftPrice, long[] rightPrice)
    {
        var (left, nobody) = (rightOf.Length, rightOf.Length + leftOf.Length);
        _ways = [.. Enumerable.Range(0, nobody + 1).Select(_ => new List<int>())];
        for (var node = 0; node < left; node++)
        {
            foreach (var (to, weight) in edges[node])
            {
                if (rightOf[node] == to)
                {
                    _ways[left + to].Add(node);
                }
                else if (leftPrice[node] + rightPrice[to] == weight)
                {
                    _ways[node].Add(left + to);
                }
            }

            // Alone, it may take a partner; with one, it may as well be alone.
            if (leftPrice[node] == 0)
            {
                _ways[rightOf[node] < 0 ? nobody : node].Add(rightOf[node] < 0 ? node : nobody);
            }
        }

        for (var node = 0; node < leftOf.Length; node++)
        {
            if (rightPrice[node] == 0)
            {
                _ways[leftOf[node] < 0 ? left + node : nobody].Add(leftOf[node] < 0 ? nobody : left + node);
            }
        }

        (_order, _low, _part) = (new int[nobody + 1], new int[nobody + 1], new int[nobody + 1]);
        Array.Fill(_part, -1);
    }

    /// <summary>For each left node, then each right one, the number of its part.</summary>
    internal int[] PartOf()
    {
        for (var node = 0; node < _ways.Length; node++)
        {
            if (_order[node] == 0)
            {
                Visit(node);
            }
        }

        return _part;
    }

    // Without recursion: a part may be a long chain.
    private void Visit(int start)
    {
        var way = new Stack<(int Node, int Next)>();
        Enter(start, way);
        while (way.TryPop(out var at))
        {
            if (at.Next < _ways[at.Node].Count)
            {
                var to = _ways[at.Node][at.Next];
                way.Push((at.Node, at.Next + 1));
                if (_order[to] == 0)
                {
                    Enter(to, way);
                }
                else if (_part[to] < 0)
                {
                    _low[at.Node] = Math.Min(_low[at.Node], _order[to]);
                }

                continue;
            }

            if (way.TryPeek(out var before))
            {
                _low[before.Node] = Math.Min(_low[before.Node], _low[at.Node]);
            }

            if (_low[at.Node] == _order[at.Node])
            {
                Close(at.Node);
            }
        }
    }

    private void Enter(int node, Stack<(int, int)> way)
    {
        _order[node] = _low[node] = ++_visited;
        _open.Push(node);
        way.Push((node, 0));
    }

    private void Close(int node)
    {
        int member;
        do
        {
            member = _open.Pop();
            _part[member] = _parts;
        }
        while (member != node);
        _parts++;
    }
}
