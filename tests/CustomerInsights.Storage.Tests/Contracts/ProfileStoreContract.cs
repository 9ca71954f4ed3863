using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class ProfileStoreContract : StoreContract
{
    private const string Type = "customer";
    private int _contacts;
    private long[] _nodes = [];

    private IProfileStore Profiles => Store.Profiles;

    [Fact]
    public async Task A_profile_is_found_by_id_and_by_record_and_keeps_number_first_node_and_creation()
    {
        await NodesAsync(3);
        await PutAsync(Put(1, 0, 1));
        var made = (await Profiles.FindAsync(Id(1), None))!;
        Time.Advance(TimeSpan.FromSeconds(5));
        await PutAsync(Put(1, 0, 1, 2) with { FirstNode = _nodes[2], Attributes = Doc("""{"x":1}"""), Hash = Hash(9), Identifiers = [new("phone", "441"), new("email", "b@c.d")] });
        var found = (await Profiles.FindAsync(Id(1), None))!;
        Assert.Equal((made.Number, made.CreatedAt, made.CreatedAt.AddSeconds(5)), (found.Number, found.CreatedAt, found.ChangedAt));
        Assert.Equal((Type, "Person 1", """{"x":1}""", "{}", null), (found.Type, found.DisplayName, Text(found.Attributes), found.Provenance, found.Measures));
        Assert.Equal([new("email", "b@c.d"), new ProfileIdentifier("phone", "441")], found.Identifiers.OrderBy(one => one.Type, StringComparer.Ordinal));
        Assert.Equal(Id(1), await Profiles.FindByRecordAsync(_contacts, "k1", None));
        Assert.Equal([new ProfileName(found.Number, Id(1), found.DisplayName)], await Profiles.NamesAsync([found.Number, 999_999], None));
        Assert.Null(await Profiles.FindByRecordAsync(_contacts, "k9", None));
        Assert.Null(await Profiles.FindAsync(Id(9), None));
        var membership = await AllAsync(Profiles.ReadMembershipAsync(Type, None));
        Assert.Equal(_nodes.Select(node => new Membership(node, found.Number, Id(1), _nodes[0])), membership);
        Assert.Empty(await AllAsync(Profiles.ReadMembershipAsync("account", None)));
    }

    [Fact]
    public async Task An_equal_put_writes_and_feeds_nothing()
    {
        await NodesAsync(2);
        await PutAsync(Put(1, 0, 1));
        var last = await Store.Changes.LastAsync(None);
        Time.Advance(TimeSpan.FromSeconds(5));
        await PutAsync(Put(1, 0, 1));
        Assert.Equal(last, await Store.Changes.LastAsync(None));
        var found = (await Profiles.FindAsync(Id(1), None))!;
        Assert.Equal(found.CreatedAt, found.ChangedAt);
    }

    [Fact]
    public async Task Fingerprints_come_by_number_as_given()
    {
        await NodesAsync(2);
        await PutAsync(Put(2, 0), Put(1, 1) with { Hash = Hash(7) });
        var prints = await AllAsync(Profiles.ReadFingerprintsAsync(Type, None));
        Assert.Equal([Id(2), Id(1)], prints.Select(print => print.Id));
        Assert.Equal(Hash(7), prints[1].Hash);
        Assert.True(prints[0].Profile < prints[1].Profile);
    }

    [Fact]
    public async Task A_merge_moves_the_nodes_and_leaves_a_redirect_over_any_chain()
    {
        await NodesAsync(3);
        await PutAsync(Put(1, 0), Put(2, 1), Put(3, 2));
        await MergeAsync(from: 3, Put(2, 1, 2) with { Hash = Hash(20) });
        await MergeAsync(from: 2, Put(1, 0, 1, 2) with { Hash = Hash(10) });
        Assert.Equal(Id(1), (await Profiles.FindAsync(Id(3), None))!.Id);
        Assert.Equal(Id(1), (await Profiles.FindAsync(Id(2), None))!.Id);
        var lineage = await Profiles.LineageAsync(Id(3), None);
        Assert.Equal([Id(2), Id(3)], lineage.PreviousIds);
        Assert.Equal(["k0", "k1", "k2"], lineage.Nodes.Select(node => node.Key));
        Assert.All(lineage.Nodes, node => Assert.Equal("crm.contacts", node.Stream));
        Assert.Equal([KeyValuePair.Create(Type, 1L)], await Profiles.CountAsync(None));
    }

    [Fact]
    public async Task An_undone_merge_brings_the_old_id_back()
    {
        await NodesAsync(2);
        await PutAsync(Put(1, 0), Put(2, 1));
        var number = (await Profiles.FindAsync(Id(2), None))!.Number;
        await MergeAsync(from: 2, Put(1, 0, 1) with { Hash = Hash(10) });
        await PutAsync(Put(1, 0), Put(2, 1));
        Assert.Equal(Id(2), (await Profiles.FindAsync(Id(2), None))!.Id);
        Assert.True((await Profiles.FindAsync(Id(2), None))!.Number > number);
        Assert.Empty((await Profiles.LineageAsync(Id(1), None)).PreviousIds);
        Assert.Equal(Id(2), await Profiles.FindByRecordAsync(_contacts, "k1", None));
    }

    [Fact]
    public async Task Nodes_may_change_places_within_one_change_in_any_order()
    {
        await NodesAsync(3);
        await PutAsync(Put(1, 0, 1), Put(2, 2));
        await PutAsync(Put(2, 1, 2) with { Hash = Hash(21) }, Put(1, 0) with { Hash = Hash(11) });
        Assert.Equal(Id(2), await Profiles.FindByRecordAsync(_contacts, "k1", None));
        await PutAsync(Put(2, 2) with { Hash = Hash(22) }, Put(1, 0, 1) with { Hash = Hash(12) });
        Assert.Equal(Id(1), await Profiles.FindByRecordAsync(_contacts, "k1", None));
        await PutAsync(Put(1, 0) with { Hash = Hash(13) });
        Assert.Null(await Profiles.FindByRecordAsync(_contacts, "k1", None));
    }

    [Fact]
    public async Task A_removed_profile_takes_its_measures_words_identifiers_and_memberships_with_it()
    {
        await NodesAsync(1);
        await PutAsync(Put(1, 0) with { Identifiers = [new("email", "a@b.c")] });
        var number = (await Profiles.FindAsync(Id(1), None))!.Number;
        await Store.Measures.PutProfileValuesAsync([KeyValuePair.Create(number, (byte[]?)Doc("{}"))], None);
        await Store.Segments.ApplyAsync("vip", [number], [], At(0), None);
        await Profiles.ApplyAsync(Changes() with { Removed = [Id(1), Id(99)] }, None);
        Assert.Null(await Profiles.FindAsync(Id(1), None));
        Assert.Empty((await SearchAsync("person")).Items);
        Assert.Empty((await SearchAsync("a@b.c")).Items);
        Assert.Equal(0, await Store.Segments.CountAsync("vip", None));
        Assert.Empty(await Store.Segments.MembersAsync("vip", None));
        Assert.False((await Store.Segments.HistoryAsync("vip", null, 1, None)).Items[0].Entered);
        Assert.Empty(await Profiles.CountAsync(None));
    }

    [Fact]
    public async Task Edges_are_kept_once_and_removed_by_what_they_are()
    {
        await NodesAsync(3);
        await PutAsync(Put(1, 0, 1), Put(2, 2));
        StoredEdge inside = new(_nodes[0], _nodes[1], EdgeKind.Policy, "e-mail", 0.9);
        StoredEdge across = new(_nodes[1], _nodes[2], EdgeKind.Denied, "ann", 1);
        await Profiles.ApplyAsync(Changes() with { AddedEdges = [inside, across, inside with { Rule = "phone" }] }, None);
        await Profiles.ApplyAsync(Changes() with { AddedEdges = [inside with { Score = 0.5 }], RemovedEdges = [inside with { Rule = "phone" }] }, None);
        Assert.Equal([inside with { Score = 0.5 }, across], await AllAsync(Profiles.ReadEdgesAsync(Type, None)));
        Assert.Empty(await AllAsync(Profiles.ReadEdgesAsync("account", None)));
        Assert.Equal([inside with { Score = 0.5 }], (await Profiles.LineageAsync(Id(1), None)).Edges);
    }

    [Fact]
    public async Task Lists_are_oldest_first_by_type()
    {
        await NodesAsync(5);
        await PutAsync(Put(4, 0), Put(2, 1), Put(3, 2));
        await Profiles.ApplyAsync(Changes() with { ProfileType = "account", Puts = [Put(1, 3)] }, None);
        Assert.Equal([Id(4), Id(2), Id(3)], (await PagesAsync(after => Profiles.ListAsync(Type, after, 1, None))).Select(profile => profile.Id));
        Assert.Equal([KeyValuePair.Create("account", 1L), KeyValuePair.Create(Type, 3L)], await Profiles.CountAsync(None));
        Assert.Empty((await Profiles.ListAsync("nothing", null, 5, None)).Items);
        await Assert.ThrowsAsync<BadCursorException>(() => Profiles.ListAsync(Type, "1", 5, None).AsTask());
    }

    [Theory]
    [InlineData("josé", null, 1)]
    [InlineData("jose", null, 1)]
    [InlineData("GARC jos", null, 1)]
    [InlineData("o'brien", null, 2)]
    [InlineData("madrid", "name", 1)]
    [InlineData("  ANN@B.CO ", null, 2)]
    [InlineData("ann@b.co", "email", 2)]
    [InlineData("ann@b.co", "phone", 0)]
    [InlineData("+44 (0)20-555", "phone", 1)]
    [InlineData("440 20 555", null, 1)]
    [InlineData("L-77", "id", 1)]
    [InlineData("L-77", "loyalty_id", 1)]
    [InlineData("L-77", "email", 0)]
    [InlineData("k1", null, 2)]
    [InlineData("k1", "name", 0)]
    [InlineData("00000001-0000-7000-8000-000000000001", "id", 1)]
    [InlineData("nobody", null, 0)]
    public async Task Search_finds_by_words_and_identifiers(string text, string? by, int expected)
    {
        await PeopleAsync();
        var found = (await SearchAsync(text, by)).Items;
        Assert.Equal(expected == 0 ? [] : [Id(expected)], found.Select(profile => profile.Id));
    }

    [Theory]
    [InlineData("\"")]
    [InlineData("\"\"")]
    [InlineData("a\" OR \"b")]
    [InlineData("NEAR(a b)")]
    [InlineData("words:jose")]
    [InlineData("* OR *")]
    [InlineData("^jose")]
    [InlineData("-jose +x")]
    [InlineData("(")]
    [InlineData("AND")]
    [InlineData("j")]
    [InlineData("\0jose\0")]
    [InlineData("\ud800")]
    [InlineData("😀")]
    [InlineData("ﷺ")]
    [InlineData("  ")]
    [InlineData("")]
    [InlineData("'; DROP TABLE profiles; --")]
    public async Task No_text_is_an_error(string text)
    {
        await PeopleAsync();
        foreach (var by in new[] { null, "name", "email", "phone", "id", "x'y" })
        {
            await SearchAsync(text, by);
            await SearchAsync(string.Concat(Enumerable.Repeat(text, 50)), by);
        }
    }

    [Fact]
    public async Task Search_pages_identifiers_first_then_whole_words_then_prefixes_and_shows_nobody_twice()
    {
        await NodesAsync(12);
        await PutAsync([.. Enumerable.Range(1, 12).Select(i => Put(i, i - 1) with
        {
            DisplayName = i > 6 ? "ann lee" : "annabel lee", SearchText = "", Identifiers = i is 3 or 9 ? [new("nick", "ann")] : [],
        })]);
        var found = await PagesAsync(after => Profiles.SearchAsync(new ProfileSearch(Type, "ann", null), after, 2, None));
        int[] expected = [3, 9, 7, 8, 10, 11, 12, 1, 2, 4, 5, 6];
        Assert.Equal(expected.Select(Id), found.Select(profile => profile.Id));
        await Assert.ThrowsAsync<BadCursorException>(() => Profiles.SearchAsync(new ProfileSearch(Type, "ann", null), "bad", 2, None).AsTask());
    }

    [Fact]
    public async Task The_population_streams_by_number_with_measures_and_sorted_activities()
    {
        await PopulationAsync(25);
        var batches = await AllAsync(Profiles.ReadPopulationAsync(new PopulationQuery(Type, ["order"], 10), None));
        Assert.Equal([10, 10, 5], batches.Select(batch => batch.Count));
        var all = batches.SelectMany(batch => batch).ToList();
        Assert.Equal(all.OrderBy(one => one.Number), all);
        Assert.Equal("""{"m":1}""", Text(all[0].Measures));
        Assert.Null(all[1].Measures);
        Assert.All(all, one =>
        {
            Assert.Equal(["3", "1", "4"], one.Activities.Select(activity => Text(activity.Document)));
            Assert.All(one.Activities, activity => Assert.Equal("order", activity.Type));
        });
        var rest = await AllAsync(Profiles.ReadPopulationAsync(new PopulationQuery(Type, [], 10, all[19].Number), None));
        Assert.Equal(all.Skip(20).Select(one => one.Id), rest[0].Select(one => one.Id));
        Assert.All(rest[0], one => Assert.Empty(one.Activities));
        Assert.Empty(await AllAsync(Profiles.ReadPopulationAsync(new PopulationQuery("nothing", ["order"]), None)));
    }

    [Fact]
    public async Task Ranges_for_columns_give_what_the_population_gives()
    {
        await PopulationAsync(25);
        var all = (await AllAsync(Profiles.ReadPopulationAsync(new PopulationQuery(Type, ["order", "visit"], 100), None))).SelectMany(batch => batch).ToList();
        var ends = await Profiles.ColumnRangesAsync(Type, 10, None);
        Assert.Equal([all[9].Number, all[19].Number, all[24].Number], ends);

        var sink = new TextSink();
        var after = 0L;
        foreach (var end in ends)
        {
            Assert.Equal(await Store.Changes.LastAsync(None), await Profiles.ReadColumnsAsync(new ColumnRange(Type, after, end), sink, None));
            after = end;
        }

        Assert.Equal(all.Select(TextSink.Of), sink.Profiles);
        Assert.Empty(await Profiles.ColumnRangesAsync("nothing", 10, None));
        await Profiles.ReadColumnsAsync(new ColumnRange("nothing", 0, 100), sink, None);
        Assert.Equal(25, sink.Profiles.Count);
    }

    [Fact]
    public async Task Profiles_with_nodes_and_activities_read_apart_are_those_of_the_population()
    {
        await PopulationAsync(25);
        var all = (await AllAsync(Profiles.ReadPopulationAsync(new PopulationQuery(Type, ["order", "visit"], 100), None))).SelectMany(batch => batch).ToList();
        var sink = new ApartSink();
        await Profiles.ReadColumnProfilesAsync(new ColumnRange(Type, 0, all[9].Number), sink, None);
        await Profiles.ReadColumnProfilesAsync(new ColumnRange(Type, all[9].Number, all[^1].Number), sink, None);
        await Profiles.ReadColumnProfilesAsync(new ColumnRange("nothing", 0, 100), sink, None);
        var extent = await Profiles.ActivityExtentAsync(7, None);
        Assert.True(extent.Ranges.Count > 10);
        Assert.Equal(100, extent.Count);
        Assert.Equal(all.SelectMany(one => one.Activities).Average(one => one.Document.Length), extent.DocumentBytes, 0.5);
        foreach (var range in extent.Ranges.Reverse())
        {
            await Profiles.ReadColumnActivitiesAsync(range, sink, None);
        }

        Assert.Equal(all.Select(TextSink.Of), sink.Profiles);
    }

    [Fact]
    public async Task An_empty_store_has_no_activities_to_read()
    {
        var sink = new ApartSink();
        Assert.Empty((await Profiles.ActivityExtentAsync(7, None)).Ranges);
        await Profiles.ReadColumnActivitiesAsync(new ActivityRange(0, 100), sink, None);
        Assert.Empty(sink.Profiles);
    }

    [Fact]
    public async Task Changes_for_columns_give_who_changed_and_how_they_are_now()
    {
        await PopulationAsync(6);
        var before = await Store.Changes.LastAsync(None);
        var all = (await AllAsync(Profiles.ReadPopulationAsync(new PopulationQuery(Type, ["order", "visit"], 100), None))).SelectMany(batch => batch).ToList();
        var sink = new TextSink();
        Assert.Empty((await Profiles.ReadColumnChangesAsync(before, sink, None)).Changed);
        await Profiles.ApplyAsync(Changes() with { Removed = [Id(2)], Puts = [Put(100)] }, None);
        await Store.Measures.PutProfileValuesAsync([KeyValuePair.Create(all[4].Number, (byte[]?)Doc("{}"))], None);
        var changes = await Profiles.ReadColumnChangesAsync(before, sink, None);
        var now = (await AllAsync(Profiles.ReadPopulationAsync(new PopulationQuery(Type, ["order", "visit"], 100), None))).SelectMany(batch => batch).ToList();
        Assert.Equal((await Store.Changes.LastAsync(None), false), (changes.Position, changes.Trimmed));
        Assert.Equal([all[1].Number, all[4].Number, now[^1].Number], changes.Changed);
        Assert.Equal(now.Where(one => changes.Changed.Contains(one.Number)).Select(TextSink.Of), sink.Profiles);
    }

    [Fact]
    public async Task Changes_for_columns_say_when_the_feed_does_not_reach_back()
    {
        await PopulationAsync(3);
        var last = await Store.Changes.LastAsync(None);
        await Store.Changes.AdvanceAsync("someone", last, None);
        await Store.Changes.TrimAsync(None);
        var sink = new TextSink();
        Assert.True((await Profiles.ReadColumnChangesAsync(1, sink, None)).Trimmed);
        Assert.True((await Profiles.ReadColumnChangesAsync(last + 5, sink, None)).Trimmed);
        Assert.False((await Profiles.ReadColumnChangesAsync(last, sink, None)).Trimmed);
        Assert.Empty(sink.Profiles);
    }

    [Fact]
    public async Task A_population_read_sees_one_moment()
    {
        await PopulationAsync(6);
        var seen = new List<PopulationProfile>();
        await foreach (var batch in Profiles.ReadPopulationAsync(new PopulationQuery(Type, ["order"], 2), None))
        {
            seen.AddRange(batch);
            await Profiles.ApplyAsync(Changes() with { Removed = [Id(6)], Puts = [Put(100 + seen.Count)] }, None);
        }

        Assert.Equal(6, seen.Count);
        Assert.Equal(3, seen[5].Activities.Count);
    }

    [Fact]
    public async Task Changes_are_all_made_or_none()
    {
        await NodesAsync(1);
        var last = await Store.Changes.LastAsync(None);
        await Assert.ThrowsAnyAsync<Exception>(() => PutAsync(Put(1, 0), Put(2, 0) with { Attributes = null! }));
        Assert.Null(await Profiles.FindAsync(Id(1), None));
        Assert.Equal(last, await Store.Changes.LastAsync(None));
        Assert.Empty((await SearchAsync("person")).Items);
    }

    [Fact]
    public async Task A_stream_can_be_left_early_and_cancelled()
    {
        await PopulationAsync(6);
        await foreach (var _ in Profiles.ReadFingerprintsAsync(Type, None))
        {
            break;
        }

        using var cancelled = new CancellationTokenSource();
        await cancelled.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => AllAsync(Profiles.ReadFingerprintsAsync(Type, cancelled.Token)));
        Assert.NotEmpty(await AllAsync(Profiles.ReadFingerprintsAsync(Type, None)));
    }

    private static byte[] Hash(int seed) => [.. Enumerable.Repeat((byte)seed, 32)];

    private static ProfileChanges Changes() => new(Type, [], [], [], [], [], "job 1");

    private ProfilePut Put(int id, params int[] nodes) => new(
        Id(id), nodes.Length == 0 ? 0 : _nodes[nodes[0]], [.. nodes.Select(index => _nodes[index])], Doc("{}"), "{}", $"Person {id}", "", [], Hash(id));

    private async Task PutAsync(params ProfilePut[] puts) => await Profiles.ApplyAsync(Changes() with { Puts = puts }, None);

    private async Task MergeAsync(int from, ProfilePut into) =>
        await Profiles.ApplyAsync(Changes() with { Puts = [into], Removed = [Id(from)], Redirects = [new ProfileRedirect(Id(from), into.Id)] }, None);

    private async Task<Page<StoredProfile>> SearchAsync(string text, string? by = null) =>
        await Profiles.SearchAsync(new ProfileSearch(Type, text, by), null, 10, None);

    private async Task NodesAsync(int count)
    {
        _contacts = (await Store.Records.EnsureStreamAsync("crm.contacts", [], None)).Number;
        var run = await Store.Records.BeginRunAsync(_contacts, "job", false, None);
        await Store.Records.WriteAsync(
            new RecordWrite(run.Id, [.. Enumerable.Range(0, count).Select(i => new IncomingRecord($"k{i}", Doc("{}")))], [], null), None);
        await Store.Activities.ProjectAsync(
            new ProjectionBatch(
                _contacts, new ProjectionPosition(1, "m"), false, false, [.. Enumerable.Range(0, count).Select(i => KeyValuePair.Create($"k{i}", true))], [], []),
            None);
        _nodes = [.. (await AllAsync(Profiles.ReadNodesAsync(_contacts, None))).Select(node => node.Id)];
    }

    private async Task PeopleAsync()
    {
        await NodesAsync(2);
        await PutAsync(
            Put(1, 0) with
            {
                DisplayName = "José García",
                SearchText = "Madrid",
                Identifiers = [new("phone", "44020555"), new("loyalty_id", "L-77")],
            },
            Put(2, 1) with { DisplayName = "Ann O'Brien", Identifiers = [new("email", "ann@b.co")] });
    }

    // Each profile has two nodes, and activities that come node by node in another order than by time; the last two at one time.
    private async Task PopulationAsync(int profiles)
    {
        await NodesAsync(2 * profiles);
        var orders = (await Store.Records.EnsureStreamAsync("shop.orders", [], None)).Number;
        var activities = new List<ProjectedActivity>();
        for (var i = 0; i < 2 * profiles; i++)
        {
            (string Type, int At, string Text)[] of = i % 2 == 0 ? [("order", 5, "1"), ("visit", 6, "2")] : [("order", 1, "3"), ("order", 5, "4")];
            activities.AddRange(of.Select(one => new ProjectedActivity($"{i}-{one.Text}", one.Type, At(one.At), _contacts, $"k{i}", Doc(one.Text))));
        }

        await Store.Activities.ProjectAsync(new ProjectionBatch(orders, new ProjectionPosition(1, "m"), false, false, [], activities, []), None);
        await PutAsync([.. Enumerable.Range(0, profiles).Select(i => Put(i + 1, 2 * i, (2 * i) + 1))]);
        var first = (await Profiles.FindAsync(Id(1), None))!.Number;
        await Store.Measures.PutProfileValuesAsync([KeyValuePair.Create(first, (byte[]?)Doc("""{"m":1}"""))], None);
    }
}
