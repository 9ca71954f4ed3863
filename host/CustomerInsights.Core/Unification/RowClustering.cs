using CustomerInsights.Core.Unification.Identities;
using CustomerInsights.Core.Unification.Matching;

namespace CustomerInsights.Core.Unification;

/// <summary>Rows that are all equal for a deduplication rule.</summary>
internal sealed record RowGroup(int[] Rows, string Rule, int Rank, string Stream);

/// <summary>
/// The clustering of a run. As <see cref="Clustering"/>, except that a group of equal rows is one link: 100,000 records with
/// one e-mail address give 99,999 edges and not five thousand million.
/// </summary>
/// <remarks>
/// A group is laid out first-fit: each row joins the first part that no denied pair keeps it from. That is what taking all its
/// pairs in order would give, since a part only grows and a refusal is for good. Limits of identifiers hold for policy edges here; those of told edges
/// and of shared identifiers were judged before.
/// </remarks>
internal sealed class RowClustering
{
    private readonly Dictionary<long, int> _index = [];
    private readonly ConstrainedUnionFind _sets;
    private readonly List<MatchEdge> _refused = [];
    private readonly List<MatchEdge> _edges = [];
    private readonly List<RefusedEdge> _beyond = [];

    // A row of a group looks at so many parts at most: beyond that each of 100,000 people with one address would be held against all others.
    private const int MostParts = 1000;

    public RowClustering(
        RecordTable table, IReadOnlyList<long> others, List<MatchEdge> constraints, List<MatchEdge> pairs, List<RowGroup> groups, IdentityNodes? identities = null)
    {
        long[] ids = [.. table.Nodes.Select(n => n.Id).Concat(others)
            .Concat(constraints.SelectMany(e => new[] { e.Left, e.Right })).Distinct().Order()];
        for (var i = 0; i < ids.Length; i++)
        {
            _index.Add(ids[i], i);
        }

        _sets = new ConstrainedUnionFind(ids.Length, identities?.Budget(_index));
        foreach (var edge in constraints.Where(e => e.Kind == EdgeKind.Denied))
        {
            _sets.Deny(_index[edge.Left], _index[edge.Right]);
        }

        // A group stands in the order as its strongest edge would: score 1, its rank, its first row.
        var links = constraints.Where(e => e.Kind != EdgeKind.Denied).Concat(pairs).Select(edge => (Edge: edge, Rows: (int[]?)null))
            .Concat(groups.Where(g => g.Rows.Length > 1).Select(group => (Edge: Between(table, group, group.Rows[0], group.Rows[1]), Rows: (int[]?)group.Rows)))
            .ToArray();
        Array.Sort(links, static (a, b) =>
        {
            var order = Clustering.ByStrength(a.Edge, b.Edge);
            return order != 0 ? order : (a.Rows is null).CompareTo(b.Rows is null);
        });
        foreach (var (edge, rows) in links)
        {
            if (rows is null)
            {
                Take(edge);
            }
            else
            {
                TakeGroup(table, edge, rows);
            }
        }

        Clusters = [.. Clustering.Collect(ids.Length, _sets.Find).Select(m => new Cluster([.. m.Select(i => ids[i])]))];
        Refused = [.. Clustering.Explain(_refused, constraints, id => _sets.Find(_index[id])), .. _beyond];
        PolicyEdges = [.. _edges.OrderBy(e => e.Rank).ThenBy(e => e.Left).ThenBy(e => e.Right)];
    }

    public IReadOnlyList<Cluster> Clusters { get; }

    public IReadOnlyList<RefusedEdge> Refused { get; }

    public IReadOnlyList<MatchEdge> PolicyEdges { get; }

    private static MatchEdge Between(RecordTable table, RowGroup group, int left, int right) =>
        new(table.Nodes[left].Id, table.Nodes[right].Id, EdgeKind.Policy, group.Rule, 1) { Rank = group.Rank, Stream = group.Stream };

    private void Take(MatchEdge edge)
    {
        if (edge.Kind == EdgeKind.Policy)
        {
            _edges.Add(edge);
        }

        Join(edge);
    }

    // Told edges and shared identifiers were judged by their limits, and a pair that somebody wrote down has none; what rules and the matcher found is judged here.
    private bool Join(MatchEdge edge)
    {
        var (left, right) = (_index[edge.Left], _index[edge.Right]);
        if (edge is { Kind: EdgeKind.Policy, Rule: not (UnificationRun.AlwaysMatch or UnificationRun.SameKey) } && _sets.Breach(left, right) is { } breach)
        {
            _beyond.Add(new RefusedEdge(edge, edge.Left, edge.Right) { Limit = breach });
            return false;
        }

        if (_sets.Union(left, right))
        {
            return true;
        }

        _refused.Add(edge);
        return false;
    }

    private void TakeGroup(RecordTable table, MatchEdge edge, int[] rows)
    {
        var heads = new List<long> { table.Nodes[rows[0]].Id };
        foreach (var row in rows.AsSpan(1))
        {
            var node = table.Nodes[row].Id;
            var head = heads.FindIndex(h => _sets.Breach(_index[h], _index[node]) is null && _sets.Union(_index[h], _index[node]));
            if (head < 0)
            {
                Join(edge with { Left = heads[0], Right = node });
                if (heads.Count < MostParts)
                {
                    heads.Add(node);
                }
            }
            else
            {
                _edges.Add(edge with { Left = heads[head], Right = node });
            }
        }
    }
}
