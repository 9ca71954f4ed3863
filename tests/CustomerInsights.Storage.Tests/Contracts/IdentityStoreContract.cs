using CustomerInsights.Core.Unification.Identities;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class IdentityStoreContract : StoreContract
{
    private const string Type = "customer";
    private static readonly Identifier s_mail = new("email", "a@x");
    private long[] _nodes = [];
    private int _stream;

    [Fact]
    public async Task Nodes_are_tied_by_profiles_edges_and_identifiers_of_profiles_and_of_loose_nodes_one_step_at_a_time()
    {
        await NodesAsync(7);
        await ApplyAsync(Changes() with
        {
            Puts = [Put(1, 0, 1) with { Identifiers = [new ProfileIdentifier("email", "a@x")] }],
            Loose = [new LooseNode(_nodes[2], [s_mail])],
            AddedEdges = [Edge(3, 4, EdgeKind.Asserted), Edge(3, 5, EdgeKind.Denied)],
        });
        Assert.Equal([0, 1], await TiedAsync([0]));
        Assert.Equal([3, 4], await TiedAsync([4]));
        Assert.Equal([3, 4], await TiedAsync([3]));
        Assert.Equal([0, 1, 2, 6], await TiedAsync([6], s_mail));
        Assert.Equal([6], await TiedAsync([6], new Identifier("phone", "a@x")));
        Assert.Equal(2, (await Store.Identities.TiedAsync(Type, [_nodes[6]], [s_mail], 1, None)).Count);
    }

    [Fact]
    public async Task A_loose_node_is_found_until_it_comes_to_a_profile_or_is_forgotten()
    {
        await NodesAsync(3);
        await ApplyAsync(Changes() with { Loose = [new LooseNode(_nodes[0], [s_mail, new Identifier("phone", "1")]), new LooseNode(_nodes[1], [s_mail])] });
        Assert.Equal([_nodes[0], _nodes[0], _nodes[1]], (await AllAsync(Store.Identities.ReadLooseAsync(Type, None))).Select(one => one.Node));
        await ApplyAsync(Changes() with { Puts = [Put(1, 0)] });
        Assert.Equal([_nodes[1]], (await AllAsync(Store.Identities.ReadLooseAsync(Type, None))).Select(one => one.Node));
        await ApplyAsync(Changes() with { Loose = [new LooseNode(_nodes[1], [])] });
        Assert.Empty(await AllAsync(Store.Identities.ReadLooseAsync(Type, None)));
        Assert.Empty(await AllAsync(Store.Identities.ReadLooseAsync("account", None)));
    }

    [Fact]
    public async Task A_neighbourhood_has_the_profiles_asked_first_the_loose_nodes_their_edges_and_demotions()
    {
        await NodesAsync(4);
        DemotedIdentifier demoted = new(s_mail, DemotionCause.Limit, new LimitBreach("user_id", 1, 2));
        await ApplyAsync(Changes() with
        {
            Puts = [Put(1, 0), Put(2, 1) with { Identifiers = [new ProfileIdentifier("email", "a@x")] }],
            Loose = [new LooseNode(_nodes[2], [new Identifier("phone", "1")])],
            Demoted = [demoted, new DemotedIdentifier(new Identifier("phone", "9"), DemotionCause.Denied, null)],
            AddedEdges = [Edge(0, 2, EdgeKind.Asserted) with { At = At(5) }, Edge(2, 3, EdgeKind.Asserted)],
        });
        var near = await Store.Identities.NeighbourhoodAsync(Type, [Id(2)], [_nodes[0], _nodes[2]], None);
        Assert.Equal([Id(2), Id(1)], near.Members.Select(member => member.Id));
        Assert.Equal([_nodes[1], _nodes[0], _nodes[2]], near.Nodes.Select(node => node.Id));
        Assert.Equal(At(5), Assert.Single(near.Edges).At);
        Assert.Equal(_nodes[2], Assert.Single(near.Loose).Node);
        Assert.Equal([demoted], near.Demotions);
    }

    [Fact]
    public async Task Demotions_are_listed_with_their_profiles_change_their_reason_and_go()
    {
        await NodesAsync(2);
        await ApplyAsync(Changes() with
        {
            Puts = [Put(1, 0) with { Identifiers = [new ProfileIdentifier("email", "a@x")] }, Put(2, 1) with { Identifiers = [new ProfileIdentifier("email", "a@x")] }],
            Demoted = [new DemotedIdentifier(s_mail, DemotionCause.Limit, new LimitBreach("user_id", 1, 2)), new DemotedIdentifier(new Identifier("phone", "1"), DemotionCause.Blocked, null)],
        });
        var all = await PagesAsync(after => Store.Identities.ListDemotionsAsync(Type, after, 1, None));
        Assert.Equal([(s_mail, 2L), (new Identifier("phone", "1"), 0L)], all.Select(one => (one.Demoted.Identifier, one.Profiles)));
        Assert.Equal(s_mail, Assert.Single(await Store.Identities.DemotionsOfAsync(Id(1), None)).Demoted.Identifier);
        await ApplyAsync(Changes() with { Demoted = [new DemotedIdentifier(s_mail, DemotionCause.Denied, null)], Restored = [new Identifier("phone", "1")] });
        var left = Assert.Single(await AllAsync(Store.Identities.ReadDemotionsAsync(Type, None)));
        Assert.Equal((DemotionCause.Denied, (LimitBreach?)null), (left.Demoted.Cause, left.Demoted.Breach));
    }

    [Fact]
    public async Task Saying_again_what_stands_changes_nothing_that_a_basis_sees()
    {
        await NodesAsync(1);
        var said = Changes() with { Loose = [new LooseNode(_nodes[0], [s_mail])], Demoted = [new DemotedIdentifier(s_mail, DemotionCause.Limit, new LimitBreach("user_id", 1, 2))] };
        await ApplyAsync(said);
        var basis = await Store.Profiles.BasisAsync(Type, None);
        await ApplyAsync(said);
        Assert.Equal(basis, await Store.Profiles.BasisAsync(Type, None));
    }

    [Fact]
    public async Task Of_several_tellings_of_an_edge_the_earliest_counts_and_only_news_is_fed()
    {
        await NodesAsync(2);
        await Store.Identities.TellAsync(Type, [Edge(0, 1, EdgeKind.Asserted) with { At = At(5) }], None);
        var last = await Store.Changes.LastAsync(None);
        await Store.Identities.TellAsync(Type, [Edge(0, 1, EdgeKind.Asserted) with { At = At(9) }, Edge(0, 1, EdgeKind.Asserted)], None);
        Assert.Equal(last, await Store.Changes.LastAsync(None));
        await Store.Identities.TellAsync(Type, [Edge(0, 1, EdgeKind.Asserted) with { At = At(2) }], None);
        Assert.Equal([(ChangeKind.Node, _nodes[0]), (ChangeKind.Node, _nodes[1])], (await Store.Changes.ReadAsync(last, 10, None)).Select(row => (row.Kind, row.Id)));
        Assert.Equal(At(2), Assert.Single(await AllAsync(Store.Profiles.ReadEdgesAsync(Type, None))).At);
    }

    [Fact]
    public async Task Only_visitors_unseen_as_a_whole_expire_and_leave_nothing()
    {
        await NodesAsync(5);
        await ApplyAsync(Changes() with
        {
            Puts = [Put(1, 1) with { IsUnknown = true }, Put(2, 2), Put(3, 3, 4) with { IsUnknown = true }],
            Loose = [new LooseNode(_nodes[0], [new Identifier("anonymous_id", "0")])],
            AddedEdges = [Edge(0, 1, EdgeKind.Asserted)],
        });
        var before = Time.GetUtcNow().AddDays(1);
        await VisitAsync("e0", 0, before.AddDays(-9));
        await VisitAsync("e4", 4, before.AddHours(1));
        long[] unseen = [.. await Store.Identities.UnseenAsync(_stream, before, 10, None)];
        Assert.Equal([_nodes[0], _nodes[1]], unseen.Order());
        Assert.Equal(2, await Store.Identities.ExpireAsync(Type, [.. _nodes], before, "job 7", None));
        Assert.Empty(await Store.Identities.UnseenAsync(_stream, before, 10, None));
        Assert.Null(await Store.Profiles.FindAsync(Id(1), None));
        Assert.Equal(CauseKind.Expiry, (await Store.Ledger.ListAsync(new LedgerQuery(Id(1)), null, 10, None)).Items[0].CauseKind);
        Assert.Equal(3, (await Store.Records.FindStreamAsync("web.identities", None))!.RecordCount);
        Assert.Equal(1, (await Store.Activities.CountAsync(None)).Sum(type => type.Total));
        Assert.Empty(await AllAsync(Store.Profiles.ReadEdgesAsync(Type, None)));
        Assert.Empty(await AllAsync(Store.Identities.ReadLooseAsync(Type, None)));
        Assert.Equal(3, (await AllAsync(Store.Profiles.ReadNodesAsync(_stream, None))).Count);
    }

    [Fact]
    public async Task A_merge_keeps_the_edge_that_brought_it_about()
    {
        await NodesAsync(2);
        await ApplyAsync(Changes() with { Puts = [Put(1, 0), Put(2, 1)] });
        await ApplyAsync(Changes() with
        {
            Puts = [Put(1, 0, 1) with { Hash = [.. Enumerable.Repeat((byte)9, 32)] }],
            Removed = [Id(2)],
            Redirects = [new ProfileRedirect(Id(2), Id(1))],
            CauseKind = CauseKind.Event,
            Because = new Dictionary<Core.Model.ProfileId, StoredEdge> { [Id(2)] = Edge(0, 1, EdgeKind.Identifier) },
        });
        var merge = Assert.Single((await Store.Ledger.ListAsync(new LedgerQuery(Kind: LedgerKind.Merged), null, 10, None)).Items);
        Assert.Equal((CauseKind.Event, Edge(0, 1, EdgeKind.Identifier)), (merge.CauseKind, merge.Because));
    }

    private static ProfileChanges Changes() => new(Type, [], [], [], [], [], "job 1");

    private ProfilePut Put(int id, params int[] nodes) => new(
        Id(id), _nodes[nodes[0]], [.. nodes.Select(index => _nodes[index])], Doc("{}"), "{}", $"Person {id}", "", [], [.. Enumerable.Repeat((byte)id, 32)]);

    private StoredEdge Edge(int a, int b, EdgeKind kind) => new(_nodes[a], _nodes[b], kind, "r", 1);

    private async Task ApplyAsync(ProfileChanges changes) => await Store.Profiles.ApplyAsync(changes, None);

    private async Task<IEnumerable<int>> TiedAsync(int[] nodes, params Identifier[] identifiers) =>
        (await Store.Identities.TiedAsync(Type, [.. nodes.Select(node => _nodes[node])], identifiers, 100, None)).Select(node => Array.IndexOf(_nodes, node.Id));

    private async Task VisitAsync(string key, int node, DateTimeOffset at)
    {
        var events = (await Store.Records.EnsureStreamAsync("web.events", [], None)).Number;
        await Store.Activities.ProjectAsync(
            new ProjectionBatch(events, new ProjectionPosition(1, ""), false, false, [], [new ProjectedActivity(key, "visit", at, _stream, $"anonymous_id/{node}", Doc("{}"))], []), None);
    }

    private async Task NodesAsync(int count)
    {
        _stream = (await Store.Records.EnsureStreamAsync("web.identities", [], None)).Number;
        var run = await Store.Records.BeginRunAsync(_stream, "job", false, None);
        await Store.Records.WriteAsync(
            new RecordWrite(run.Id, [.. Enumerable.Range(0, count).Select(i => new IncomingRecord($"anonymous_id/{i}", Doc("{}")))], [], null), None);
        await Store.Records.EndRunAsync(run.Id, StreamRunOutcome.Complete, None);
        await Store.Activities.ProjectAsync(
            new ProjectionBatch(_stream, new ProjectionPosition(1, "m"), false, false, [.. Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"anonymous_id/{i}", true))], [], []),
            None);
        _nodes = [.. (await AllAsync(Store.Profiles.ReadNodesAsync(_stream, None))).Select(node => node.Id)];
    }
}
