using System.Globalization;
using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Identities;

namespace CustomerInsights.Core.Tests.Unification.Identities;

public sealed class IdentityEdgesTests
{
    private static readonly DateTimeOffset s_at = new(2026, 3, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public void A_shared_family_address_chains_no_strangers()
    {
        var graph = Of([Node(1, "user_id/1", "email/family@x"), Node(2, "user_id/2", "email/family@x"), Node(3, "user_id/3", "email/family@x")]);
        Assert.Equal("1 2 3", Clusters(graph, 3));
        var demoted = Assert.Single(graph.Demotions);
        Assert.Equal((new Identifier("email", "family@x"), DemotionCause.Limit), (demoted.Identifier, demoted.Cause));
        Assert.Equal("one profile would have 3 values of user_id, and at most 1 are allowed", demoted.Breach!.ToString());
        Assert.Equal([1L, 2, 3], demoted.Nodes);
    }

    [Fact]
    public void A_value_within_the_limits_joins_all_who_have_it_and_a_higher_type_goes_first()
    {
        // The telephone would join 1 and 3 were it asked first; then 2 and 3 would have been two users.
        var graph = Of([Node(1, "user_id/1", "phone/7"), Node(2, "user_id/2", "email/b@x"), Node(3, "anonymous_id/a", "email/b@x", "phone/7")]);
        Assert.Equal("1 2,3", Clusters(graph, 3));
        Assert.Equal(new MatchEdge(2, 3, EdgeKind.Identifier, "email", 1), Assert.Single(graph.Edges));
        Assert.Equal("phone", Assert.Single(graph.Demotions).Identifier.Type);
    }

    [Fact]
    public void A_browser_that_two_people_sign_in_with_belongs_to_the_first_by_the_time_of_the_event()
    {
        MatchEdge[] told = [Identify(1, 3, 20), Identify(2, 3, 10)];
        var graph = Of([Node(1, "user_id/1"), Node(2, "user_id/2"), Node(3, "anonymous_id/a")], told);
        Assert.Equal("1 2,3", Clusters(graph, 3));
        Assert.Equal((new Identifier("anonymous_id", "a"), DemotionCause.Limit), (graph.Demotions[0].Identifier, graph.Demotions[0].Cause));
        Assert.Equal("user_id", Assert.Single(graph.Refused).Limit!.Type);
    }

    [Fact]
    public void An_alias_and_a_steward_join_whatever_the_limits_say_and_the_profile_may_still_gain_what_adds_no_user()
    {
        MatchEdge[] told = [new(1, 2, EdgeKind.Asserted, "alias:web", 1), new(4, 5, EdgeKind.Asserted, "verdict:x", 1)];
        var graph = Of(
            [Node(1, "user_id/1", "email/a@x"), Node(2, "user_id/2"), Node(3, "anonymous_id/a", "email/a@x"), Node(4, "user_id/4", "email/z@x"), Node(5, "user_id/5"), Node(6, "user_id/6", "email/z@x")],
            told);
        Assert.Equal("1,2,3 4,5 6", Clusters(graph, 6));
    }

    [Fact]
    public void What_is_held_apart_is_not_joined_by_a_value_nor_by_an_event()
    {
        MatchEdge[] told = [new(1, 2, EdgeKind.Denied, "verdict:x", 1), Identify(3, 4, 1), new(3, 4, EdgeKind.Denied, "verdict:y", 1)];
        var graph = Of([Node(1, "anonymous_id/a", "email/a@x"), Node(2, "anonymous_id/b", "email/a@x"), Node(3, "user_id/3"), Node(4, "anonymous_id/c")], told);
        Assert.Equal("1 2 3 4", Clusters(graph, 4));
        Assert.Equal([DemotionCause.Denied, DemotionCause.Denied], graph.Demotions.Select(one => one.Cause));
        Assert.Equal((3L, 4L), (Assert.Single(graph.Refused).DeniedLeft, graph.Refused[0].DeniedRight));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("NULL")]
    [InlineData("0000-0000")]
    [InlineData("Anonymous")]
    public void Values_that_name_nobody_join_nobody(string value)
    {
        var graph = Of([Node(1, $"user_id/{value}"), Node(2, $"user_id/{value}"), Node(3, "anonymous_id/a"), Node(4, "anonymous_id/b")], [Identify(1, 3, 1), Identify(1, 4, 2)]);
        Assert.Equal("1 2 3 4", Clusters(graph, 4));
        Assert.Equal((DemotionCause.Blocked, "user_id"), (Assert.Single(graph.Demotions).Cause, graph.Demotions[0].Identifier.Type));
        Assert.Empty(graph.Edges);
    }

    [Fact]
    public void A_type_of_low_confidence_joins_nobody_and_is_not_told_as_demoted()
    {
        IdentityPolicy policy = new() { Types = [new() { Type = "email", Merges = MergeConfidence.Low }] };
        var graph = Of([Node(1, "email/a@x", "cookie/1"), Node(2, "email/a@x", "cookie/1")], policy: policy);
        Assert.Empty(graph.Edges);
        Assert.Empty(graph.Demotions);
    }

    [Fact]
    public void A_hundred_thousand_browsers_of_one_user_are_joined_up_to_the_limit_the_oldest_first()
    {
        const int Count = 100_000;
        IdentifiedNode[] nodes = [Node(0, "user_id/bot"), .. Enumerable.Range(1, Count).Select(i => Node(i, $"anonymous_id/{i}"))];
        MatchEdge[] told = [.. Enumerable.Range(1, Count).Select(i => Identify(0, i, Count - i))];
        var graph = Of(nodes, told);
        Assert.Equal(Enumerable.Range(Count - 999, 1000).Select(i => (long)i), graph.Told.Select(edge => edge.Right).Order());
        Assert.Equal(Count - 1000, graph.Demotions.Count);
    }

    [Fact]
    public void The_result_depends_neither_on_the_order_of_nodes_and_edges_nor_on_their_numbers()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var random = new Random(seed);
            var (nodes, told) = Any(random);
            var expected = Named(Of(nodes, told), nodes);
            var numbers = Enumerable.Range(100, nodes.Length).Select(i => (long)i).ToArray();
            random.Shuffle(numbers);
            var renumbered = nodes.Select(node => node with { Id = numbers[node.Id] }).ToArray();
            var edges = told.Select(edge => edge with { Left = numbers[edge.Left], Right = numbers[edge.Right] }).ToArray();
            random.Shuffle(renumbered);
            random.Shuffle(edges);
            Assert.Equal((seed, expected), (seed, Named(Of(renumbered, edges), renumbered)));
        }
    }

    [Fact]
    public void Limits_hold_in_every_cluster_that_nobody_aliased()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var (nodes, told) = Any(new Random(seed));
            MatchEdge[] events = [.. told.Where(edge => edge.Kind == EdgeKind.Denied || edge.Rule.StartsWith(IdentityEdges.Identify, StringComparison.Ordinal))];
            var graph = Of(nodes, events);
            foreach (var cluster in Clustering.Of(nodes.Select(node => node.Id), [.. graph.Told, .. graph.Edges]).Clusters)
            {
                foreach (var type in Policy.Types)
                {
                    var values = cluster.Nodes.SelectMany(node => nodes[node].Identifiers).Where(one => one.Type == type.Type).Distinct().Count();
                    var alone = cluster.Nodes.Max(node => nodes[node].Identifiers.Count(one => one.Type == type.Type));
                    Assert.True(values <= Math.Max(type.Limit!.Value, alone), $"seed {seed}: a cluster has {values} of {type.Type}");
                }
            }
        }
    }

    [Fact]
    public void Each_component_alone_gives_what_the_whole_gives()
    {
        for (var seed = 1; seed <= 300; seed++)
        {
            var (nodes, told) = Any(new Random(seed), users: 9, emails: 9);
            var rules = new IdentityRules(Policy);
            var ties = told.Where(edge => edge.Kind != EdgeKind.Denied)
                .Concat(nodes.SelectMany(node => node.Identifiers.Where(rules.Joins).Select(identifier => (identifier, node.Id))).GroupBy(one => one.identifier)
                    .SelectMany(group => group.Skip(1).Select(one => new MatchEdge(group.First().Id, one.Id, EdgeKind.Asserted, "tie", 1))));
            var parts = Clustering.Of(nodes.Select(node => node.Id), ties).Clusters.Select(cluster =>
            {
                IdentifiedNode[] own = [.. cluster.Nodes.Select(id => nodes[id])];
                return Named(Of(own, [.. told.Where(edge => cluster.Nodes.Contains(edge.Left) && cluster.Nodes.Contains(edge.Right))]), own);
            });
            string Sorted(IEnumerable<string> texts) => string.Join('\n', texts.SelectMany(text => text.Split('\n', StringSplitOptions.RemoveEmptyEntries)).Order(StringComparer.Ordinal));
            Assert.Equal((seed, Sorted([Named(Of(nodes, told), nodes)])), (seed, Sorted(parts)));
        }
    }

    private static IdentityPolicy Policy { get; } = new()
    {
        Types = [new() { Type = "user_id", Limit = 1 }, new() { Type = "email", Limit = 2 }, new() { Type = "phone", Limit = 1 }, new() { Type = "anonymous_id", Limit = 3 }],
    };

    // Clusters, edges and demotions by what nodes are called.
    private static string Named(IdentityGraph graph, IdentifiedNode[] nodes)
    {
        var names = nodes.ToDictionary(node => node.Id, node => node.Key);
        string Edge(MatchEdge edge) => string.Join('~', new[] { names[edge.Left], names[edge.Right] }.Order(StringComparer.Ordinal)) + edge.Kind + edge.Rule;
        return string.Join('\n', Clustering.Of(names.Keys, [.. graph.Told, .. graph.Edges]).Clusters.Select(cluster => string.Join(',', cluster.Nodes.Select(id => names[id]).Order(StringComparer.Ordinal)))
            .Concat(graph.Told.Select(Edge)).Concat(graph.Edges.Select(Edge)).Concat(graph.Refused.Select(one => "no " + Edge(one.Edge)))
            .Concat(graph.Demotions.Select(one => $"{one.Identifier} {one.Cause} {one.Breach} {string.Join(',', one.Nodes.Select(id => names[id]).Order(StringComparer.Ordinal))}")).Order(StringComparer.Ordinal));
    }

    private static (IdentifiedNode[] Nodes, MatchEdge[] Told) Any(Random random, int users = 4, int emails = 4)
    {
        var nodes = new List<IdentifiedNode>();
        void Add(string stream, Identifier? own)
        {
            var identifiers = own is { } one ? new List<Identifier> { one } : [];
            foreach (var (type, values) in new[] { ("email", emails), ("phone", 5), ("user_id", users) })
            {
                if (random.Next(own is null ? 2 : 4) == 0)
                {
                    identifiers.Add(new Identifier(type, random.Next(values).ToString(CultureInfo.InvariantCulture) + "v"));
                }
            }

            nodes.Add(new IdentifiedNode(nodes.Count, $"{stream}/{nodes.Count}", [.. identifiers.Distinct()], own is not null));
        }

        for (var i = 0; i < users; i++)
        {
            Add("web", new Identifier("user_id", i + "v"));
        }

        for (var i = 0; i < 8; i++)
        {
            Add("web", new Identifier("anonymous_id", i + "v"));
            Add("crm", null);
        }

        var told = new List<MatchEdge>();
        for (var i = random.Next(10); i > 0; i--)
        {
            var (a, b) = (random.Next(nodes.Count), random.Next(nodes.Count));
            var rule = random.Next(6) switch { 0 => "alias:web", 1 => "verdict:v", _ => "identify:web" };
            if (a != b)
            {
                told.Add(new MatchEdge(a, b, rule == "verdict:v" && random.Next(2) == 0 ? EdgeKind.Denied : EdgeKind.Asserted, rule, 1) { At = random.Next(4) == 0 ? null : s_at.AddSeconds(random.Next(5)) });
            }
        }

        // Verdicts and aliases that contradict a denial are settled by the numbers of nodes, as ever; such worlds are not asked here.
        var denied = told.Any(edge => edge.Kind == EdgeKind.Denied);
        return ([.. nodes], [.. told.Where(edge => !denied || edge.Kind == EdgeKind.Denied || edge.Rule.StartsWith(IdentityEdges.Identify, StringComparison.Ordinal)).DistinctBy(edge => (Math.Min(edge.Left, edge.Right), Math.Max(edge.Left, edge.Right), edge.Rule, edge.Kind))]);
    }

    private static IdentityGraph Of(IReadOnlyList<IdentifiedNode> nodes, IReadOnlyList<MatchEdge>? told = null, IdentityPolicy? policy = null) =>
        IdentityEdges.Of(new IdentityRules(policy ?? (nodes.Any(node => node.Key.StartsWith("s/", StringComparison.Ordinal)) ? new IdentityPolicy() : Policy)), nodes, told ?? []);

    private static IdentifiedNode Node(long id, params string[] identifiers) => new(id, $"s/{id:D7}", [.. identifiers.Select(text => Identifier.OfKey(text)!.Value)], true);

    private static MatchEdge Identify(long left, long right, int second) => new(left, right, EdgeKind.Asserted, "identify:web", 1) { At = s_at.AddSeconds(second) };

    private static string Clusters(IdentityGraph graph, int nodes) =>
        string.Join(' ', Clustering.Of(Enumerable.Range(1, nodes).Select(i => (long)i), [.. graph.Told, .. graph.Edges]).Clusters.Select(cluster => string.Join(',', cluster.Nodes)));
}
