using CustomerInsights.Core.Unification;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerInsights.Core.Tests.Unification;

public sealed class ClusteringTests
{
    private static readonly Gen<MatchEdge[]> Edges = (
        from left in Gen.Choose(1, 14)
        from right in Gen.Choose(1, 14)
        from kind in Gen.Elements(EdgeKind.Asserted, EdgeKind.Identifier, EdgeKind.Policy, EdgeKind.Policy, EdgeKind.Denied)
        from score in Gen.Elements(1, 0.9, 0.8)
        where left != right
        select new MatchEdge(left, right, kind, "r", score)).ArrayOf(14);

    [Fact]
    public void Without_denials_clusters_are_the_transitive_closure() => Prop.ForAll(Edges.ToArbitrary(), edges =>
    {
        var positive = edges.Where(e => e.Kind != EdgeKind.Denied).ToList();
        var (clusters, refused) = Clustering.Of(Enumerable.Range(1, 15).Select(i => (long)i), positive);
        return refused.Count == 0 && Text(clusters) == SlowClosure(Enumerable.Range(1, 15).Select(i => (long)i), positive);
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void No_cluster_holds_a_denied_pair_and_every_refusal_was_needed() => Prop.ForAll(Edges.ToArbitrary(), edges =>
    {
        var (clusters, refused) = Clustering.Of([], edges);
        bool Together(long a, long b) => clusters.Any(c => c.Nodes.Contains(a) && c.Nodes.Contains(b));
        return edges.Where(e => e.Kind == EdgeKind.Denied).All(e => !Together(e.Left, e.Right))
            && refused.All(r => !Together(r.Edge.Left, r.Edge.Right) && Together(r.Edge.Left, r.DeniedLeft) && Together(r.Edge.Right, r.DeniedRight))
            && edges.Where(e => e.Kind != EdgeKind.Denied).All(e => Together(e.Left, e.Right) || refused.Any(r => r.Edge == e));
    }).Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void The_order_of_edges_does_not_matter() => Prop.ForAll(Edges.ToArbitrary(), edges =>
        Text(Clustering.Of([], edges).Clusters) == Text(Clustering.Of([], edges.Reverse()).Clusters))
        .Check(Config.QuickThrowOnFailure.WithMaxTest(500));

    [Fact]
    public void A_stronger_edge_stands_and_the_weaker_one_yields()
    {
        MatchEdge[] edges =
        [
            new(1, 2, EdgeKind.Policy, "weak", 0.8), new(2, 3, EdgeKind.Asserted, "steward", 1), new(1, 3, EdgeKind.Denied, "steward", 1),
        ];
        var (clusters, refused) = Clustering.Of([], edges);
        Assert.Equal("1|2,3", Text(clusters));
        Assert.Equal(new RefusedEdge(edges[0], 1, 3), Assert.Single(refused));
    }

    internal static string Text(IEnumerable<Cluster> clusters) => string.Join('|', clusters.Select(c => string.Join(',', c.Nodes)));

    /// <summary>Closure by repeated relabelling: slow and plain.</summary>
    internal static string SlowClosure(IEnumerable<long> nodes, IEnumerable<MatchEdge> edges)
    {
        var all = edges.ToList();
        var label = nodes.Concat(all.SelectMany(e => new[] { e.Left, e.Right })).Distinct().ToDictionary(n => n, n => n);
        bool changed;
        do
        {
            changed = false;
            foreach (var edge in all)
            {
                var least = Math.Min(label[edge.Left], label[edge.Right]);
                changed |= label[edge.Left] != least || label[edge.Right] != least;
                label[edge.Left] = label[edge.Right] = least;
            }
        }
        while (changed);
        return string.Join('|', label.GroupBy(l => l.Value).OrderBy(g => g.Key).Select(g => string.Join(',', g.Select(n => n.Key).Order())));
    }
}
