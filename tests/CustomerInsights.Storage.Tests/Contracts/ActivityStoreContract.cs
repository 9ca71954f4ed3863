using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class ActivityStoreContract : StoreContract
{
    private int _contacts;
    private int _orders;

    private IActivityStore Activities => Store.Activities;

    [Fact]
    public async Task Nodes_of_present_records_come_by_node_id_with_their_documents()
    {
        await StreamsAsync();
        await RecordsAsync(_contacts, ("a", "A"), ("b", "B"), ("c", "C"));
        await NodesAsync(1, ("b", true), ("a", true), ("c", true));
        Assert.Equal(["b=B", "a=A", "c=C"], await NodeTextsAsync());
        await RecordsAsync(_contacts, ("a", null));
        await NodesAsync(2, ("a", false));
        Assert.Equal(["b=B", "c=C"], await NodeTextsAsync());
        Assert.Equal(new ProjectionPosition(2, "m1"), await Activities.PositionAsync(_contacts, None));
        Assert.Null(await Activities.PositionAsync(_orders, None));
    }

    [Fact]
    public async Task An_equal_projection_writes_and_feeds_nothing_and_a_change_one_row_a_node()
    {
        await StreamsAsync();
        await RecordsAsync(_contacts, ("a", "A"));
        await NodesAsync(1, ("a", true));
        await OrdersAsync(1, Order("o1", "a"), Order("o2", "a"));
        var last = await Store.Changes.LastAsync(None);
        Assert.Equal(new ProjectionCounts(0, 1), await NodesAsync(1, ("a", true)));
        Assert.Equal(new ProjectionCounts(0, 2), await OrdersAsync(1, Order("o1", "a"), Order("o2", "a")));
        Assert.Equal(last, await Store.Changes.LastAsync(None));
        Assert.Equal(new ProjectionCounts(2, 0), await OrdersAsync(2, Order("o1", "a", 9), Order("o2", "a", 8)));
        var node = (await AllAsync(Store.Profiles.ReadNodesAsync(_contacts, None)))[0].Id;
        Assert.Equal([new Change(last + 1, ChangeKind.Activity, node, "order")], await Store.Changes.ReadAsync(last, 10, None));
    }

    [Fact]
    public async Task A_changed_record_is_told_as_a_changed_node()
    {
        await StreamsAsync();
        await RecordsAsync(_contacts, ("a", "A"));
        await NodesAsync(1, ("a", true));
        await RecordsAsync(_contacts, ("a", "A2"));
        Assert.Equal(1, (await NodesAsync(2, ("a", true))).Written);
        Assert.Equal(2, (await Store.Changes.ReadAsync(0, 10, None)).Count(change => change.Kind == ChangeKind.Node));
    }

    [Fact]
    public async Task An_activity_before_its_node_is_linked_by_itself_when_the_record_comes()
    {
        await StreamsAsync();
        await OrdersAsync(1, Order("o1", "a"));
        Assert.Equal([new ActivityCount("order", 1, 1)], await Activities.CountAsync(None));
        Assert.Empty(await AllAsync(Store.Profiles.ReadNodesAsync(_contacts, None)));
        await RecordsAsync(_contacts, ("a", "A"));
        await NodesAsync(1, ("a", true));
        await ProfileAsync(Id(1), "a");
        Assert.Equal([new ActivityCount("order", 1, 0)], await Activities.CountAsync(None));
        var found = Assert.Single((await Activities.ListAsync(Id(1), null, default, null, 5, None)).Items);
        Assert.Equal(("order", At(0), "shop.orders", "o1", "{}"), (found.Type, found.At, found.Stream, found.Key, Text(found.Document)));
    }

    [Fact]
    public async Task A_single_profile_is_read_with_the_asked_activities_of_all_its_nodes_by_time()
    {
        await StreamsAsync();
        await RecordsAsync(_contacts, ("a", "A"), ("b", "B"));
        await NodesAsync(1, ("a", true), ("b", true));
        await ProfileAsync(Id(1), "a", "b");
        await OrdersAsync(1, Order("o1", "a", 5), Order("o2", "b", 3), Order("o3", "a", 4), Order("o4", "b", 4));
        var nodes = (await AllAsync(Store.Profiles.ReadNodesAsync(_contacts, None))).Select(node => node.Id).ToList();
        var profiles = await Store.Profiles.ProfilesOfNodesAsync([.. nodes, 999], None);
        Assert.Equal(nodes, profiles.Keys.Order());
        var number = Assert.Single(profiles.Values.Distinct());
        var read = Assert.Single(await Store.Profiles.ReadTouchedAsync([new ProfileRead(number, ["order", "never"])], None));
        Assert.Equal([At(3), At(4), At(4), At(5)], read.Profile.Activities.Select(activity => activity.At));
        Assert.All(read.Profile.Activities, activity => Assert.Equal("order", activity.Type));
        Assert.Empty(Assert.Single(await Store.Profiles.ReadTouchedAsync([new ProfileRead(number, ["visit"])], None)).Profile.Activities);
    }

    [Fact]
    public async Task A_changed_link_moves_the_activity_and_tells_both_nodes()
    {
        await StreamsAsync();
        await RecordsAsync(_contacts, ("a", "A"), ("b", "B"));
        await NodesAsync(1, ("a", true), ("b", true));
        await ProfileAsync(Id(1), "a");
        await ProfileAsync(Id(2), "b");
        await OrdersAsync(1, Order("o1", "a"), new ProjectedActivity("o2", "order", At(1), null, null, Doc("{}")));
        var last = await Store.Changes.LastAsync(None);
        await OrdersAsync(2, Order("o1", "b"));
        Assert.Empty((await Activities.ListAsync(Id(1), null, default, null, 5, None)).Items);
        Assert.Single((await Activities.ListAsync(Id(2), null, default, null, 5, None)).Items);
        Assert.Equal(2, (await Store.Changes.ReadAsync(last, 10, None)).Count);
        Assert.Equal([new ActivityCount("order", 2, 1)], await Activities.CountAsync(None));
    }

    [Fact]
    public async Task The_activities_of_everybody_page_as_they_came_by_type_and_time_with_whose_they_are()
    {
        await StreamsAsync();
        await RecordsAsync(_contacts, ("a", "A"), ("b", "B"));
        await NodesAsync(1, ("a", true), ("b", true));
        await ProfileAsync(Id(1), "a");
        await OrdersAsync(1, Order("o1", "a", 5), Order("o2", "b", 3), new ProjectedActivity("v1", "visit", At(4), null, null, Doc("{}")), Order("o3", "a", 4));
        Assert.Equal([$"o1 {Id(1)}", "o2 ", "v1 ", $"o3 {Id(1)}"], await ListedAsync(null, default, 1));
        Assert.Equal([$"o1 {Id(1)}", "o2 ", $"o3 {Id(1)}"], await ListedAsync(["order"], default, 2));
        Assert.Equal(["v1 ", $"o3 {Id(1)}"], await ListedAsync(["order", "visit"], new ActivityWindow(At(4), At(5)), 10));
        Assert.Empty(await ListedAsync(["never"], default, 10));
        await Assert.ThrowsAsync<BadCursorException>(async () => await Activities.ListAllAsync(null, default, "x", 5, None));

        async Task<List<string>> ListedAsync(IReadOnlyList<string>? types, ActivityWindow window, int limit)
        {
            var listed = new List<string>();
            string? after = null;
            do
            {
                var page = await Activities.ListAllAsync(types, window, after, limit, None);
                listed.AddRange(page.Items.Select(one => $"{one.Activity.Key} {one.Profile}"));
                after = page.Next;
            }
            while (after is not null);
            return listed;
        }
    }

    [Fact]
    public async Task Activities_page_newest_first_with_ties_by_id_and_by_type()
    {
        await StreamsAsync();
        await RecordsAsync(_contacts, ("a", "A"), ("b", "B"));
        await NodesAsync(1, ("a", true), ("b", true));
        await ProfileAsync(Id(1), "a", "b");
        await OrdersAsync(
            1,
            [.. Enumerable.Range(0, 9).Select(i => Order($"o{i}", i % 2 == 0 ? "a" : "b", i / 3) with { Type = i == 4 ? "return" : "order" })]);
        var all = await PagesAsync(after => Activities.ListAsync(Id(1), null, default, after, 2, None));
        Assert.Equal(["o6", "o7", "o8", "o3", "o4", "o5", "o0", "o1", "o2"], all.Select(one => one.Key));
        Assert.Equal(all.OrderByDescending(one => one.At).ThenBy(one => one.Id, StringComparer.Ordinal), all);
        Assert.Equal(["o4"], (await PagesAsync(after => Activities.ListAsync(Id(1), ["return", "unheard of"], default, after, 2, None))).Select(one => one.Key));
        Assert.Empty((await Activities.ListAsync(Id(1), [], default, null, 2, None)).Items);
        Assert.Empty((await Activities.ListAsync(Id(77), null, default, null, 2, None)).Items);
        await Assert.ThrowsAsync<BadCursorException>(() => Activities.ListAsync(Id(1), null, default, "x!", 2, None).AsTask());
    }

    [Fact]
    public async Task A_deleted_activity_is_gone()
    {
        await StreamsAsync();
        await OrdersAsync(1, Order("o1", "a"), Order("o2", "a"));
        var counts = await Activities.ProjectAsync(
            new ProjectionBatch(_orders, new ProjectionPosition(2, "m1"), false, false, [], [], ["o1", "never"]), None);
        Assert.Equal(new ProjectionCounts(1, 1), counts);
        Assert.Equal(1, (await Activities.CountAsync(None))[0].Total);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_restarted_projection_removes_what_it_did_not_touch_over_a_reopening_too(bool restartOnEachBatch)
    {
        await StreamsAsync();
        await RecordsAsync(_contacts, ("a", "A"), ("b", "B"));
        await NodesAsync(1, ("a", true), ("b", true));
        await OrdersAsync(5, Order("o1", "a"), Order("o2", "a"), Order("o3", "b"));
        var last = await Store.Changes.LastAsync(None);

        var first = await RestartAsync(1, restart: true, isLast: false, Order("o1", "a"));
        await ReopenAsync();
        var second = await RestartAsync(5, restartOnEachBatch, isLast: true, Order("o3", "b"));
        Assert.Equal((new ProjectionCounts(0, 1), new ProjectionCounts(1, 1)), (first, second));
        Assert.Equal(2, (await Activities.CountAsync(None))[0].Total);
        Assert.Equal(last + 1, await Store.Changes.LastAsync(None));

        await Activities.ProjectAsync(
            new ProjectionBatch(_contacts, new ProjectionPosition(1, "m2"), true, true, [KeyValuePair.Create("b", true)], [], []), None);
        Assert.Equal(["b=B"], await NodeTextsAsync());
    }

    [Fact]
    public async Task A_second_restart_forgets_what_the_first_touched()
    {
        await StreamsAsync();
        await OrdersAsync(5, Order("o1", "a"), Order("o2", "a"));
        await RestartAsync(3, restart: true, isLast: false, Order("o1", "a"));
        await RestartAsync(1, restart: true, isLast: true, Order("o2", "a"));
        Assert.Equal(1, (await Activities.CountAsync(None))[0].Total);
    }

    [Fact]
    public async Task Removing_a_stream_removes_its_nodes_and_activities_and_unlinks_those_of_others()
    {
        await StreamsAsync();
        await RecordsAsync(_contacts, ("a", "A"));
        await NodesAsync(1, ("a", true));
        await ProfileAsync(Id(1), "a");
        await OrdersAsync(1, Order("o1", "a"));
        await Store.Records.DeleteStreamAsync(_contacts, None);
        Assert.Equal([new ActivityCount("order", 1, 1)], await Activities.CountAsync(None));
        Assert.Empty((await Store.Profiles.LineageAsync(Id(1), None)).Nodes);
        await Store.Records.DeleteStreamAsync(_orders, None);
        Assert.Empty(await Activities.CountAsync(None));
        await Assert.ThrowsAsync<StoreConflictException>(() => OrdersAsync(1, Order("o1", "a")));
    }

    [Fact]
    public async Task An_activity_without_a_key_is_given_to_a_profile_and_taken_away_and_a_projection_leaves_it_there()
    {
        await StreamsAsync();
        await RecordsAsync(_contacts, ("a", "A"), ("b", "B"));
        await NodesAsync(1, ("a", true), ("b", true));
        await ProfileAsync(Id(1), "a");
        await ProfileAsync(Id(2), "b");
        ProjectedActivity Keyless(string text) => new("o1", "order", At(0), null, null, Doc(text)) { Match = [1] };
        await OrdersAsync(1, Keyless("{}"), Order("o2", "a"));
        var activity = Assert.Single(await AllAsync(Activities.ReadMatchedAsync(None)));
        Assert.Null(activity.Profile);
        Assert.Equal([1], activity.Key);

        var first = (await Store.Profiles.FindAsync(Id(1), None))!.Number;
        var last = await Store.Changes.LastAsync(None);
        Assert.Equal(1, await Activities.AssignAsync([new ActivityAssignment(activity.Number, first, false)], None));
        Assert.Equal(0, await Activities.AssignAsync([new ActivityAssignment(activity.Number, first, false), new ActivityAssignment(999, first, false)], None));
        Assert.Equal(2, (await Store.Changes.ReadAsync(last, 10, None)).Count(change => change.Kind == ChangeKind.Activity));
        await OrdersAsync(2, Keyless("[]"));
        Assert.Equal([("o1", true), ("o2", false)], (await Activities.ListAsync(Id(1), null, default, null, 9, None)).Items.Select(one => (one.Key, one.IsMatched)).Order());

        Assert.Equal(1, await Activities.AssignAsync([new ActivityAssignment(activity.Number, null, true)], None));
        Assert.Equal(["o2"], (await Activities.ListAsync(Id(1), null, default, null, 9, None)).Items.Select(one => one.Key));

        // A link that comes makes it an activity like any other.
        await OrdersAsync(3, Order("o1", "b"));
        Assert.Empty(await AllAsync(Activities.ReadMatchedAsync(None)));
        Assert.Equal(["o1"], (await Activities.ListAsync(Id(2), null, default, null, 9, None)).Items.Select(one => one.Key));
    }

    [Fact]
    public async Task Who_takes_part_has_the_activity_with_the_role_whatever_becomes_of_it()
    {
        await StreamsAsync();
        await RecordsAsync(_contacts, ("a", "A"), ("b", "B"));
        await NodesAsync(1, ("a", true), ("b", true));
        await ProfileAsync(Id(1), "a");
        await ProfileAsync(Id(2), "b");
        await OrdersAsync(1, Order("o1", "a") with { Participants = [new("payer", _contacts, "b"), new("guest", _contacts, "b"), new("guest", _contacts, "a")] }, Order("o2", "b", 5));
        async Task<string> TimelineAsync(int id) => string.Join(' ', (await PagesAsync(after => Activities.ListAsync(Id(id), null, default, after, 1, None))).Select(one => $"{one.Key}:{string.Join(',', one.Roles.Order())}"));
        Assert.Equal("o1:", await TimelineAsync(1));
        Assert.Equal("o2: o1:guest,payer", await TimelineAsync(2));
        Assert.Equal(2, (await Activities.DaysAsync(Id(2), null, default, 9, None)).Sum(day => day.Count));
        await OrdersAsync(2, Order("o1", "a") with { Participants = [new("payer", _contacts, "b")] });
        Assert.Equal("o2: o1:payer", await TimelineAsync(2));
        Assert.Equal(new ProjectionCounts(0, 1), await OrdersAsync(2, Order("o1", "a") with { Participants = [new("payer", _contacts, "b")] }));
        await OrdersAsync(3, Order("o1", "a"));
        Assert.Equal("o2:", await TimelineAsync(2));
    }

    private async Task StreamsAsync()
    {
        _contacts = (await Store.Records.EnsureStreamAsync("crm.contacts", [], None)).Number;
        _orders = (await Store.Records.EnsureStreamAsync("shop.orders", [], None)).Number;
    }

    private ProjectedActivity Order(string key, string contact, int at = 0) => new(key, "order", At(at), _contacts, contact, Doc("{}"));

    private async Task RecordsAsync(int stream, params (string Key, string? Text)[] records)
    {
        var run = await Store.Records.BeginRunAsync(stream, Guid.NewGuid().ToString(), false, None);
        await Store.Records.WriteAsync(
            new RecordWrite(run.Id, [.. records.Select(one => new IncomingRecord(one.Key, one.Text is null ? null : Doc(one.Text)))], [], null), None);
        await Store.Records.EndRunAsync(run.Id, StreamRunOutcome.Complete, None);
    }

    private async Task<ProjectionCounts> NodesAsync(long position, params (string Key, bool Present)[] nodes) =>
        await Activities.ProjectAsync(
            new ProjectionBatch(
                _contacts, new ProjectionPosition(position, "m1"), false, false, [.. nodes.Select(node => KeyValuePair.Create(node.Key, node.Present))], [], []),
            None);

    private async Task<ProjectionCounts> OrdersAsync(long position, params ProjectedActivity[] orders) =>
        await Activities.ProjectAsync(new ProjectionBatch(_orders, new ProjectionPosition(position, "m1"), false, false, [], orders, []), None);

    private async Task<ProjectionCounts> RestartAsync(long position, bool restart, bool isLast, params ProjectedActivity[] orders) =>
        await Activities.ProjectAsync(new ProjectionBatch(_orders, new ProjectionPosition(position, "m2"), restart, isLast, [], orders, []), None);

    private async Task<List<string>> NodeTextsAsync() =>
        [.. (await AllAsync(Store.Profiles.ReadNodesAsync(_contacts, None))).Select(node => $"{node.Key}={Text(node.Document)}")];

    private async Task ProfileAsync(ProfileId id, params string[] keys)
    {
        var nodes = (await AllAsync(Store.Profiles.ReadNodesAsync(_contacts, None))).Where(node => keys.Contains(node.Key)).Select(node => node.Id).ToList();
        await Store.Profiles.ApplyAsync(
            new ProfileChanges("customer", [new ProfilePut(id, nodes[0], nodes, Doc("{}"), "{}", "", "", [], new byte[32])], [], [], [], [], "test"), None);
    }
}
