using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class LedgerContract : StoreContract
{
    private const string Type = "customer";
    private long[] _nodes = [];

    [Fact]
    public async Task All_profiles_that_one_change_creates_stand_in_one_entry_and_each_finds_it()
    {
        await NodesAsync(3);
        await ApplyAsync(Changes() with { Puts = [Put(1, 0, 1), Put(2, 2)] });
        var entry = Assert.Single(await ListAsync(new LedgerQuery()));
        Assert.Equal((LedgerKind.Created, "job 1", CauseKind.Run, 2), (entry.Kind, entry.Cause, entry.CauseKind, entry.Parts.Count));
        Assert.Equal(entry.Entry, Assert.Single(await ListAsync(new LedgerQuery(Id(2)))).Entry);
        Assert.Empty(await ListAsync(new LedgerQuery(Id(3))));
        Assert.Empty(await ListAsync(new LedgerQuery(Kind: LedgerKind.Merged)));
        Assert.Empty(await ListAsync(new LedgerQuery(Cause: "job 2")));
    }

    [Fact]
    public async Task A_merge_tells_which_nodes_came_and_which_were_there_and_the_old_id_keeps_its_history()
    {
        await NodesAsync(3);
        await ApplyAsync(Changes() with { Puts = [Put(1, 0, 1), Put(2, 2)] });
        await MergeAsync(2, Put(1, 0, 1, 2) with { Hash = Hash(9) });
        var merge = (await ListAsync(new LedgerQuery()))[0];
        Assert.Equal((LedgerKind.Merged, Id(1), Id(2)), (merge.Kind, merge.Profile!.Value, merge.Other!.Value));
        Assert.Equal([_nodes[2]], merge.Parts.Single(part => part.From == Id(2)).Nodes);
        Assert.Equal([_nodes[0], _nodes[1]], merge.Parts.Single(part => part.From == Id(1) && part.To == Id(1)).Nodes);
        Assert.Equal([LedgerKind.Merged, LedgerKind.Created], (await ListAsync(new LedgerQuery(Id(2)))).Select(entry => entry.Kind));
    }

    [Fact]
    public async Task A_split_a_restored_id_and_nodes_that_come_and_go_are_told()
    {
        await NodesAsync(4);
        await ApplyAsync(Changes() with { Puts = [Put(1, 0, 1), Put(2, 2)] });
        await ApplyAsync(Changes() with { Puts = [Put(1, 0) with { Hash = Hash(9) }, Put(3, 1)] });
        await ApplyAsync(Changes() with { Puts = [Put(3, 1, 3) with { Hash = Hash(8) }] });
        await MergeAsync(3, Put(1, 0, 1, 3) with { Hash = Hash(7) });
        await ApplyAsync(Changes() with { Puts = [Put(1, 0) with { Hash = Hash(6) }, Put(3, 1, 3)] });
        await ApplyAsync(Changes() with { Puts = [Put(3, 1) with { Hash = Hash(5) }], Removed = [Id(2)] });
        Assert.Equal(
            [LedgerKind.Left, LedgerKind.Removed, LedgerKind.Restored, LedgerKind.Merged, LedgerKind.Joined, LedgerKind.Split, LedgerKind.Created],
            (await ListAsync(new LedgerQuery())).Select(entry => entry.Kind));
        Assert.Equal(Id(1), (await ListAsync(new LedgerQuery(Kind: LedgerKind.Split)))[0].Other);
    }

    [Fact]
    public async Task The_ledger_replayed_from_empty_gives_the_present_table_after_any_changes()
    {
        const int Count = 12;
        const int Seed = 20261126;
        await NodesAsync(Count);
        var random = new Random(Seed);
        var living = new HashSet<int>();
        for (var step = 0; step < 150; step++)
        {
            // Any partition of any of the nodes; a profile that is left without nodes is removed, or leads to one that lives.
            var groups = Enumerable.Range(0, Count).Where(_ => random.Next(6) > 0).GroupBy(_ => random.Next(1, 9)).ToDictionary(group => group.Key, group => group.ToArray());
            var gone = living.Where(id => !groups.ContainsKey(id)).ToList();
            var redirects = groups.Count == 0 ? [] : gone.Where(_ => random.Next(2) == 0).Select(id => new ProfileRedirect(Id(id), Id(groups.Keys.First()))).ToList();
            var hash = (byte)step;
            await ApplyAsync(Changes() with
            {
                Puts = [.. groups.Select(group => Put(group.Key, group.Value) with { Hash = Hash(hash) }).OrderBy(_ => random.Next())],
                Removed = [.. gone.Select(Id)],
                Redirects = redirects,
            });
            living = [.. groups.Keys];
            var replayed = new Dictionary<long, ProfileId>();
            await foreach (var entry in Store.Ledger.ReplayAsync(Type, None))
            {
                foreach (var part in entry.Parts.Where(part => part.From != part.To))
                {
                    foreach (var node in part.Nodes)
                    {
                        Assert.True((replayed.TryGetValue(node, out var was) ? was : null) == part.From, $"seed {Seed}, step {step}, entry {entry.Entry}, node {node}");
                        if (part.To is { } to)
                        {
                            replayed[node] = to;
                        }
                        else
                        {
                            replayed.Remove(node);
                        }
                    }
                }
            }

            var present = (await AllAsync(Store.Profiles.ReadMembershipAsync(Type, None))).ToDictionary(member => member.Node, member => member.Id);
            Assert.Equal(present.OrderBy(pair => pair.Key), replayed.OrderBy(pair => pair.Key));

            // So do the profiles that it made and ended, counted.
            var totals = await Store.Trends.LedgerTotalsAsync(Type, DateOnly.FromDateTime(Time.GetUtcNow().UtcDateTime).AddDays(2), None);
            Assert.True(totals is not null, $"seed {Seed}, step {step}: the ledger does not account for the profiles");
            Assert.Equal(living.Count, totals.Count == 0 ? 0 : totals[^1].Total);
        }

        Assert.Equal(
            (await AllAsync(Store.Ledger.ReplayAsync(Type, None))).Select(entry => entry.Entry).Reverse(),
            (await ListAsync(new LedgerQuery())).Select(entry => entry.Entry));
    }

    [Fact]
    public async Task A_verdict_comes_with_its_change_or_not_at_all_and_takes_its_edges_along_when_taken_back()
    {
        await NodesAsync(2);
        await ApplyAsync(Changes() with { Puts = [Put(1, 0, 1)] });
        var verdict = new NewVerdict("v1", VerdictKind.Different, _nodes[0], _nodes[1], "twins", null, null);
        var told = Changes() with
        {
            Cause = "v1",
            CauseKind = CauseKind.Verdict,
            Principal = "steward",
            Verdict = verdict,
            Puts = [Put(1, 0) with { Hash = Hash(9) }, Put(2, 1)],
            AddedEdges = [new StoredEdge(_nodes[0], _nodes[1], EdgeKind.Denied, verdict.Rule, 1)],
        };
        var basis = await Store.Profiles.BasisAsync(Type, None);
        await Assert.ThrowsAsync<StoreConflictException>(() => ApplyAsync(told with { Basis = basis with { Changes = basis.Changes - 1 } }));
        Assert.Empty((await Store.Verdicts.ListAsync(new VerdictQuery(), null, 10, None)).Items);
        await ApplyAsync(told with { Basis = basis });
        await Assert.ThrowsAsync<StoreConflictException>(() => ApplyAsync(Changes() with { Basis = basis with { Changes = null } }));
        var found = Assert.Single((await Store.Verdicts.ListAsync(new VerdictQuery(InForce: true), null, 10, None)).Items);
        Assert.Equal(("v1", VerdictKind.Different, "twins", "steward", null), (found.Id, found.Kind, found.Note, found.Principal, found.UndoneBy));
        Assert.Equal(("v1", "steward"), ((await ListAsync(new LedgerQuery()))[0].Cause, (await ListAsync(new LedgerQuery()))[0].Principal));
        Assert.Single(await AllAsync(Store.Profiles.ReadEdgesAsync(Type, None)));
        Assert.True(await Store.Verdicts.TakeBackAsync("v1", "other", None));
        Assert.False(await Store.Verdicts.TakeBackAsync("v1", "other", None));
        Assert.Empty(await AllAsync(Store.Profiles.ReadEdgesAsync(Type, None)));
        Assert.Equal("other", (await Store.Verdicts.FindAsync("v1", None))!.UndoneBy);
        Assert.Empty((await Store.Verdicts.ListAsync(new VerdictQuery(InForce: true), null, 10, None)).Items);
    }

    [Fact]
    public async Task The_last_model_of_a_type_is_kept_over_a_restart()
    {
        Assert.Null(await Store.MatchModels.FindAsync(Type, None));
        await Store.MatchModels.PutAsync(Type, "run 1", [1, 2, 3], None);
        byte[] large = [.. Enumerable.Range(0, 3_000_000).Select(i => (byte)i)];
        await Store.MatchModels.PutAsync(Type, "run 2", large, None);
        await ReopenAsync();
        var found = await Store.MatchModels.FindAsync(Type, None);
        Assert.Equal(("run 2", true), (found!.Run, large.AsSpan().SequenceEqual(found.Model)));
        Assert.Equal(Time.GetUtcNow(), found.At);
        Assert.Null(await Store.MatchModels.FindAsync("another", None));
        await Store.MatchModels.RemoveAsync("another", None);
        Assert.NotNull(await Store.MatchModels.FindAsync(Type, None));
        await Store.MatchModels.RemoveAsync(Type, None);
        Assert.Null(await Store.MatchModels.FindAsync(Type, None));
    }

    [Fact]
    public async Task Reviews_come_by_worth_are_replaced_by_each_run_and_do_not_come_back_when_answered()
    {
        await NodesAsync(3);
        await Store.Reviews.ReplaceAsync(Type, "run 1", [Doubt(1, 0, 1), Doubt(3, 1, 2), Doubt(2, 0, 2)], None);
        var open = await PagesAsync(after => Store.Reviews.ListAsync(Type, after, 1, None));
        Assert.Equal([3.0, 2.0, 1.0], open.Select(item => item.Item.Worth));
        await ApplyAsync(Changes() with
        {
            Principal = "steward",
            Verdict = new NewVerdict("v1", VerdictKind.Same, _nodes[1], _nodes[2], null, null, open[0].Id),
        });
        await Store.Reviews.ReplaceAsync(Type, "run 2", [Doubt(5, 1, 2), Doubt(4, 0, 1)], None);
        var left = Assert.Single((await Store.Reviews.ListAsync(Type, null, 10, None)).Items);
        Assert.Equal((open[2].Id, "run 2", 4.0), (left.Id, left.Run, left.Item.Worth));
        Assert.Equal("v1", (await Store.Reviews.FindAsync(open[0].Id, None))!.Verdict);
        Assert.Null(await Store.Reviews.FindAsync(open[1].Id, None));
        await Store.Verdicts.TakeBackAsync("v1", "steward", None);
        Assert.Equal(2, (await Store.Reviews.ListAsync(Type, null, 10, None)).Items.Count);
    }

    private ReviewItem Doubt(double worth, params int[] nodes) =>
        new(ReviewKind.Pair, [.. nodes.Select(node => _nodes[node])], worth, 1.5, "Perhaps one.", """{"x":1}""");

    private static byte[] Hash(int seed) => [.. Enumerable.Repeat((byte)seed, 32)];

    private static ProfileChanges Changes() => new(Type, [], [], [], [], [], "job 1");

    private ProfilePut Put(int id, params int[] nodes) => new(
        Id(id), _nodes[nodes[0]], [.. nodes.Select(index => _nodes[index])], Doc("{}"), "{}", $"Person {id}", "", [], Hash(id));

    private async Task ApplyAsync(ProfileChanges changes) => await Store.Profiles.ApplyAsync(changes, None);

    private Task MergeAsync(int from, ProfilePut into) =>
        ApplyAsync(Changes() with { Puts = [into], Removed = [Id(from)], Redirects = [new ProfileRedirect(Id(from), into.Id)] });

    private Task<List<LedgerEntry>> ListAsync(LedgerQuery query) => PagesAsync(after => Store.Ledger.ListAsync(query, after, 2, None));

    private async Task NodesAsync(int count)
    {
        var contacts = (await Store.Records.EnsureStreamAsync("crm.contacts", [], None)).Number;
        var run = await Store.Records.BeginRunAsync(contacts, "job", false, None);
        await Store.Records.WriteAsync(
            new RecordWrite(run.Id, [.. Enumerable.Range(0, count).Select(i => new IncomingRecord($"k{i}", Doc("{}")))], [], null), None);
        await Store.Activities.ProjectAsync(
            new ProjectionBatch(
                contacts, new ProjectionPosition(1, "m"), false, false, [.. Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"k{i}", true))], [], []),
            None);
        _nodes = [.. (await AllAsync(Store.Profiles.ReadNodesAsync(contacts, None))).Select(node => node.Id)];
    }
}
