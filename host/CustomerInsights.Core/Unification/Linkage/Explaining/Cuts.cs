namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Where a graph breaks.</summary>
internal static class Cuts
{
    /// <summary>The part of the least cut by sum; Stoer, Wagner 1997, in time n³.</summary>
    /// <param name="count">Nodes, two or more.</param>
    /// <param name="edges">Edges with weights of 0 or more.</param>
    /// <returns>One side's nodes, ascending.</returns>
    internal static int[] Least(int count, IEnumerable<(int A, int B, double Weight)> edges)
    {
        var weights = new double[count, count];
        foreach (var (a, b, weight) in edges)
        {
            weights[a, b] += weight;
            weights[b, a] += weight;
        }

        var groups = Enumerable.Range(0, count).Select(i => new List<int> { i }).ToArray();
        var left = Enumerable.Range(0, count).ToList();
        var (least, part) = (double.PositiveInfinity, Array.Empty<int>());
        while (left.Count > 1)
        {
            var (before, last, cut) = LastTwo(left, weights);
            if (cut < least)
            {
                (least, part) = (cut, [.. groups[last].Order()]);
            }

            groups[before].AddRange(groups[last]);
            foreach (var other in left)
            {
                weights[before, other] += weights[last, other];
                weights[other, before] = weights[before, other];
            }

            left.Remove(last);
        }

        return part;
    }

    /// <summary>The edges without which a connected part falls in two; Tarjan 1974.</summary>
    /// <param name="count">Nodes.</param>
    /// <param name="edges">Edges, each once.</param>
    /// <returns>The places of the bridges among the edges.</returns>
    internal static HashSet<int> Bridges(int count, IReadOnlyList<(int A, int B)> edges)
    {
        var links = Enumerable.Range(0, count).Select(_ => new List<(int To, int Edge)>()).ToArray();
        for (var i = 0; i < edges.Count; i++)
        {
            links[edges[i].A].Add((edges[i].B, i));
            links[edges[i].B].Add((edges[i].A, i));
        }

        var (bridges, found, low, time) = (new HashSet<int>(), new int[count], new int[count], 0);
        var next = new int[count];
        for (var root = 0; root < count; root++)
        {
            if (found[root] != 0)
            {
                continue;
            }

            // A stack of one's own: chains may be long.
            var open = new Stack<(int Node, int Edge)>([(root, -1)]);
            found[root] = low[root] = ++time;
            while (open.TryPeek(out var top))
            {
                if (next[top.Node] < links[top.Node].Count)
                {
                    var (to, edge) = links[top.Node][next[top.Node]++];
                    if (edge != top.Edge && found[to] == 0)
                    {
                        found[to] = low[to] = ++time;
                        open.Push((to, edge));
                    }
                    else if (edge != top.Edge)
                    {
                        low[top.Node] = Math.Min(low[top.Node], found[to]);
                    }

                    continue;
                }

                open.Pop();
                if (open.TryPeek(out var above))
                {
                    low[above.Node] = Math.Min(low[above.Node], low[top.Node]);
                    if (low[top.Node] > found[above.Node])
                    {
                        bridges.Add(top.Edge);
                    }
                }
            }
        }

        return bridges;
    }

    // Nodes are added by how much binds them to those before; the last one's cut is the least that parts it from the one before it.
    private static (int Before, int Last, double Cut) LastTwo(List<int> nodes, double[,] weights)
    {
        var bound = nodes.ToDictionary(node => node, _ => 0.0);
        var (before, last, cut) = (-1, -1, 0.0);
        while (bound.Count > 0)
        {
            (before, var most) = (last, double.NegativeInfinity);
            foreach (var (node, weight) in bound)
            {
                if (weight > most || (weight == most && node < last))
                {
                    (last, most) = (node, weight);
                }
            }

            cut = most;
            bound.Remove(last);
            foreach (var node in bound.Keys)
            {
                bound[node] += weights[last, node];
            }
        }

        return (before, last, cut);
    }
}
