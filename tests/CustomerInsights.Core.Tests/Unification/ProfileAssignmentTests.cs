using CustomerInsights.Core.Unification;
using FsCheck;
using FsCheck.Fluent;

namespace CustomerInsights.Core.Tests.Unification;

public sealed class ProfileAssignmentTests
{
    [Fact]
    public void A_merge_keeps_the_oldest_and_an_undone_merge_restores_the_other()
    {
        var store = new Store().Apply("1,2 3,4");
        Assert.Equal("P1:1,2 P2:3,4", store.ToString());
        store.Apply("1,2,3,4");
        Assert.Equal("P1:1,2,3,4 P2→P1", store.ToString());
        store.Apply("1,2 3,4");
        Assert.Equal("P1:1,2 P2:3,4", store.ToString());
    }

    [Fact]
    public void A_split_leaves_the_id_with_the_first_node() =>
        Assert.Equal("P1:1 P2:2,3", new Store().Apply("1,2,3").Apply("1 2,3").ToString());

    [Fact]
    public void A_profile_whose_first_node_is_gone_follows_its_smallest_node() =>
        Assert.Equal("P1:2 P2:3", new Store().Apply("1,2,3").Apply("2 3").ToString());

    [Fact]
    public void A_profile_without_nodes_is_removed() =>
        Assert.Equal("P1:1", new Store().Apply("1 2").Apply("1").ToString());

    [Fact]
    public void A_redirect_follows_the_first_node_and_is_never_a_chain() =>
        Assert.Equal("P1:1,2,3 P2→P1 P3→P1", new Store().Apply("1 2 3").Apply("1 2,3").Apply("1,2,3").ToString());

    [Fact]
    public void Every_node_is_in_exactly_one_profile_and_a_second_run_changes_nothing() =>
        Prop.ForAll(Partitions.ArrayOf(4).ToArbitrary(), partitions =>
        {
            var store = new Store();
            foreach (var clusters in partitions)
            {
                store.Apply(clusters);
                store.MustBeSound(clusters);
                var before = store.ToString();
                var again = store.Assign(clusters);
                Assert.Empty(again.New);
                Assert.Empty(again.Restored);
                Assert.Empty(again.Redirects);
                Assert.Empty(again.Removed);
                Assert.Equal(before, store.Apply(clusters).ToString());
            }

            return true;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    [Fact]
    public void Merging_everything_and_undoing_it_restores_every_id() =>
        Prop.ForAll(Partitions.ToArbitrary(), clusters =>
        {
            var before = new Store().Apply(clusters);
            var expected = before.ToString();
            before.Apply([new Cluster([.. clusters.SelectMany(c => c.Nodes).Order()])]);
            return before.Apply(clusters).ToString() == expected;
        }).Check(Config.QuickThrowOnFailure.WithMaxTest(300));

    private static readonly Gen<Cluster[]> Partitions =
        from labels in Gen.Choose(0, 6).ArrayOf(12)
        select labels.Select((label, i) => (label, Node: (long)(i + 1))).Where(n => n.label > 0)
            .GroupBy(n => n.label).Select(g => new Cluster([.. g.Select(n => n.Node)])).OrderBy(c => c.First).ToArray();

    /// <summary>What a host does with the answers.</summary>
    private sealed class Store
    {
        private readonly Dictionary<long, ProfileRef> _nodes = [];
        private readonly SortedDictionary<long, PreviousProfile> _profiles = [];
        private long _next = 1;

        public Store Apply(string clusters) =>
            Apply([.. clusters.Split(' ').Select(c => new Cluster([.. c.Split(',').Select(long.Parse)]))]);

        public ProfileAssignmentResult Assign(IReadOnlyList<Cluster> clusters) => ProfileAssignment.Assign(_nodes, _profiles.Values, clusters);

        public Store Apply(IReadOnlyList<Cluster> clusters)
        {
            var result = Assign(clusters);
            Assert.Equal(Enumerable.Range(0, clusters.Count), result.Kept.Concat(result.Restored).Select(k => k.Cluster).Concat(result.New).Order());
            _nodes.Clear();
            foreach (var (cluster, profile) in result.Kept.Concat(result.Restored).Concat(result.New.Select(Create)))
            {
                _profiles[profile.Number] = _profiles[profile.Number] with { RedirectsTo = null };
                foreach (var node in clusters[cluster].Nodes)
                {
                    _nodes.Add(node, profile);
                }
            }

            foreach (var (old, to) in result.Redirects)
            {
                _profiles[old.Number] = _profiles[old.Number] with { RedirectsTo = to };
            }

            foreach (var gone in result.Removed)
            {
                _profiles.Remove(gone.Number);
            }

            return this;

            AssignedCluster Create(int cluster)
            {
                _profiles.Add(_next, new PreviousProfile(new ProfileRef(_next), clusters[cluster].First));
                return new AssignedCluster(cluster, new ProfileRef(_next++));
            }
        }

        public void MustBeSound(IReadOnlyList<Cluster> clusters)
        {
            Assert.Equal(clusters.SelectMany(c => c.Nodes).Order(), _nodes.Keys.Order());
            foreach (var cluster in clusters)
            {
                Assert.Single(cluster.Nodes.Select(n => _nodes[n]).Distinct());
            }

            Assert.Equal(clusters.Count, _nodes.Values.Distinct().Count());
        }

        public override string ToString() => string.Join(' ', _profiles.Values.Select(p => p.RedirectsTo is { } to
            ? $"P{p.Profile.Number}→P{to.Number}"
            : $"P{p.Profile.Number}:{string.Join(',', _nodes.Where(n => n.Value == p.Profile).Select(n => n.Key).Order())}"));
    }
}
