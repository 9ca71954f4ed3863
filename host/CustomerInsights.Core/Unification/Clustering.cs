namespace CustomerInsights.Core.Unification;

/// <summary>
/// The one clustering over all edges: transitive closure with denied pairs as hard constraints. The unification run and the
/// event path (on the affected nodes only) both use it, so that they cannot disagree about who someone is.
/// </summary>
/// <remarks>
/// Edges are taken in order of strength: asserted, identifier, policy; within a kind the higher score, then the smaller
/// rank, then the smaller left and right node. An edge that would bring the two sides of a denied edge into one cluster is
/// set aside, and the stronger edges before it stand. Without denied edges the result is the plain transitive closure and
/// the order does not matter.
/// </remarks>
public static class Clustering
{
    /// <summary>Clusters nodes. Nodes that occur only in edges take part too.</summary>
    /// <param name="nodes">Every node that must be in a cluster; repeats are harmless.</param>
    /// <param name="edges">Edges of all kinds, in any order.</param>
    /// <returns>Clusters by first node, each with ascending nodes; and the edges that were set aside.</returns>
    public static (IReadOnlyList<Cluster> Clusters, IReadOnlyList<RefusedEdge> Refused) Of(
        IEnumerable<long> nodes, IEnumerable<MatchEdge> edges)
    {
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(edges);
        MatchEdge[] all = [.. edges];
        long[] ids = [.. nodes.Concat(all.Select(e => e.Left)).Concat(all.Select(e => e.Right)).Distinct().Order()];
        var index = new Dictionary<long, int>(ids.Length);
        for (var i = 0; i < ids.Length; i++)
        {
            index.Add(ids[i], i);
        }

        var sets = new ConstrainedUnionFind(ids.Length);
        foreach (var edge in all.Where(e => e.Kind == EdgeKind.Denied))
        {
            sets.Deny(index[edge.Left], index[edge.Right]);
        }

        MatchEdge[] positive = [.. all.Where(e => e.Kind != EdgeKind.Denied)];
        Array.Sort(positive, ByStrength);
        var refused = new List<MatchEdge>();
        foreach (var edge in positive)
        {
            if (!sets.Union(index[edge.Left], index[edge.Right]))
            {
                refused.Add(edge);
            }
        }

        var clusters = Collect(ids.Length, sets.Find).Select(members => new Cluster([.. members.Select(m => ids[m])]));
        return ([.. clusters], Explain(refused, all, id => sets.Find(index[id])));
    }

    /// <summary>Orders edges by strength; total on edges that differ.</summary>
    public static int ByStrength(MatchEdge left, MatchEdge right)
    {
        var order = left.Kind.CompareTo(right.Kind);
        order = order != 0 ? order : right.Score.CompareTo(left.Score);
        order = order != 0 ? order : left.Rank.CompareTo(right.Rank);
        order = order != 0 ? order : left.Left.CompareTo(right.Left);
        order = order != 0 ? order : left.Right.CompareTo(right.Right);
        return order != 0 ? order : string.CompareOrdinal(left.Rule, right.Rule);
    }

    /// <summary>Members of each set in ascending order, sets by first member.</summary>
    internal static List<List<int>> Collect(int count, Func<int, int> find)
    {
        var byRoot = new Dictionary<int, List<int>>();
        var sets = new List<List<int>>();
        for (var i = 0; i < count; i++)
        {
            var root = find(i);
            if (!byRoot.TryGetValue(root, out var members))
            {
                byRoot.Add(root, members = []);
                sets.Add(members);
            }

            members.Add(i);
        }

        return sets;
    }

    /// <summary>Names for each refused edge the smallest denied pair that lies across its two final clusters.</summary>
    internal static IReadOnlyList<RefusedEdge> Explain(List<MatchEdge> refused, IEnumerable<MatchEdge> edges, Func<long, int> find)
    {
        if (refused.Count == 0)
        {
            return [];
        }

        var across = new Dictionary<(int, int), (long Left, long Right)>();
        foreach (var denied in edges.Where(e => e.Kind == EdgeKind.Denied).OrderBy(e => e.Left).ThenBy(e => e.Right))
        {
            across.TryAdd((find(denied.Left), find(denied.Right)), (denied.Left, denied.Right));
            across.TryAdd((find(denied.Right), find(denied.Left)), (denied.Right, denied.Left));
        }

        return [.. refused.Select(edge =>
        {
            return across.TryGetValue((find(edge.Left), find(edge.Right)), out var pair) ? new RefusedEdge(edge, pair.Left, pair.Right) : new RefusedEdge(edge, edge.Left, edge.Right);
        })];
    }
}
