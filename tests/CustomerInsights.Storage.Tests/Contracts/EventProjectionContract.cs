using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Events;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Storage.Tests.Contracts;

public abstract class EventProjectionContract : StoreContract
{
    private StoredStream? _identities;

    [Fact]
    public async Task A_batch_gives_records_nodes_activities_edges_fates_and_its_position()
    {
        await StreamsAsync();
        var last = await Store.Changes.LastAsync(None);
        Assert.Equal(0, await Store.EventProjection.PositionAsync(None));
        var counts = await ProjectAsync(
            Event(1, "m1", [("user_id", "42"), ("anonymous_id", "a")], traits: [("email", "x@example.com")]),
            Event(2, "m2", [("anonymous_id", "a")], type: "page"),
            Event(3, "m3", []) with { Refused = "No.", Rule = "form" },
            Event(4, "m1", [("user_id", "42")], type: "page"));
        Assert.Equal(new EventCounts(2, 1, 1), counts);
        Assert.Equal(4, await Store.EventProjection.PositionAsync(None));

        var records = (await Store.Records.ListAsync(_identities!.Number, null, 10, None)).Items;
        Assert.Equal(["anonymous_id/a", "user_id/42"], records.Select(record => record.Key));
        Assert.Equal("""{"email":"x@example.com","user_id":"42"}""", Text(records[1].Document));
        Assert.Equal(2, (await Store.Records.FindStreamAsync("web.identities", None))!.RecordCount);
        var edge = Assert.Single(await AllAsync(Store.Profiles.ReadEdgesAsync("customer", None)));
        Assert.Equal((Profiles.EdgeKind.Asserted, "identify:web"), (edge.Kind, edge.Rule));
        Assert.Equal(["page"], (await Store.Activities.CountAsync(None)).Select(count => count.Type));

        var fate = Assert.Single(await Store.EventProjection.FatesAsync("m2", None));
        Assert.Equal(("web", "anonymous_id/a", "page", null, 0L), (fate.Source, fate.Identity, fate.ActivityType, fate.Refused, fate.Duplicates));
        Assert.Equal(1, Assert.Single(await Store.EventProjection.FatesAsync("m1", None)).Duplicates);
        Assert.Equal("No.", Assert.Single(await Store.EventProjection.FatesAsync("m3", None)).Refused);
        Assert.Empty(await Store.EventProjection.FatesAsync("m9", None));
        var feed = (await Store.Changes.ReadAsync(last, 50, None)).Select(change => change.Kind).ToList();
        Assert.Equal((2, 1), (feed.Count(kind => kind == ChangeKind.Node), feed.Count(kind => kind == ChangeKind.Activity)));
    }

    [Fact]
    public async Task Traits_stand_by_their_time_whatever_the_order_of_arrival()
    {
        await StreamsAsync();
        ProjectedEvent[] events =
        [
            Event(1, "a", [("user_id", "1")], At(1), traits: [("city", "Rome"), ("name", "A")]),
            Event(2, "b", [("user_id", "1")], At(3), traits: [("city", "Oslo"), ("phone", null)]),
            Event(3, "c", [("user_id", "1")], At(2), traits: [("city", "Bonn"), ("phone", "1"), ("age", "7")]),
            Event(4, "d", [("user_id", "1")], At(2), traits: [("age", "8")]),
        ];
        var random = new Random(5);
        for (var round = 0; round < 12; round++)
        {
            random.Shuffle(events);
            var mixed = events.Select((one, i) => one with
            {
                Position = (100 * (round + 1)) + i,
                MessageId = $"{one.MessageId}{round}",
                Identities = [new EventIdentity("user_id", $"u{round}")],
            }).ToArray();
            await ProjectAsync(mixed[..2]);
            await ProjectAsync(mixed[2..]);
            var record = await Store.Records.FindAsync(_identities!.Number, $"user_id/u{round}", None);
            Assert.Equal($$"""{"age":"8","city":"Oslo","name":"A","user_id":"u{{round}}"}""", Text(record!.Document));
        }
    }

    [Fact]
    public async Task A_batch_that_is_projected_again_changes_nothing()
    {
        await StreamsAsync();
        ProjectedEvent[] events = [Event(1, "m1", [("user_id", "1"), ("anonymous_id", "a")], type: "page"), Event(2, "m2", [("user_id", "1")], traits: [("x", "1")])];
        await ProjectAsync(events);
        var last = await Store.Changes.LastAsync(None);
        Assert.Equal(new EventCounts(0, 0, 2), await ProjectAsync(events));
        Assert.Equal(last, await Store.Changes.LastAsync(None));
        Assert.Equal(2, await Store.EventProjection.PositionAsync(None));
    }

    [Fact]
    public async Task Forgotten_fates_do_not_bring_an_activity_twice()
    {
        await StreamsAsync();
        await ProjectAsync(Event(1, "m1", [("user_id", "1")], type: "page"), Event(2, "m2", [("user_id", "1")]));
        Assert.False(await Store.EventProjection.TrimAsync(At(-1000), None));
        Assert.Single(await Store.EventProjection.FatesAsync("m1", None));
        Time.Advance(TimeSpan.FromDays(9));
        await Store.EventProjection.TrimAsync(Time.GetUtcNow() - TimeSpan.FromDays(7), None);
        Assert.Empty(await Store.EventProjection.FatesAsync("m1", None));
        Assert.Equal(new EventCounts(0, 0, 1), await ProjectAsync(Event(3, "m1", [("user_id", "1")], type: "page")));
        Assert.Equal(1, (await Store.Activities.CountAsync(None)).Single().Total);
    }

    [Fact]
    public async Task A_source_that_is_gone_is_left_out_and_the_position_moves_on()
    {
        Assert.Equal(new EventCounts(0, 0, 0), await ProjectAsync(Event(7, "m1", [("user_id", "1")])));
        Assert.Equal(7, await Store.EventProjection.PositionAsync(None));
        Assert.Equal((0L, 0L, 0), ((await StateAsync()).Accepted, (await StateAsync()).Refused, (await StateAsync()).Samples.Count));
    }

    [Fact]
    public async Task A_source_shows_how_often_each_rule_was_met_and_the_last_samples()
    {
        await StreamsAsync();
        await ProjectAsync(
            Event(1, "m1", [("user_id", "1")]) with { Rule = "schema", Note = "Odd." }, Event(2, "m2", []) with { Rule = "schema", Refused = "Bad." },
            Event(3, "m3", [("user_id", "1")]), Event(4, "m3", [("user_id", "1")]));
        var state = await StateAsync();
        Assert.Equal((2L, 1L, 1L), (state.Accepted, state.Refused, state.Duplicates));
        Assert.Equal([new RuleCount("schema", 1, 1)], state.Rules);
        Assert.Equal(["m2", "m1"], state.Samples.Select(sample => sample.MessageId));
    }

    [Fact]
    public async Task Events_of_which_there_is_something_to_say_page_newest_first()
    {
        await StreamsAsync();
        await ProjectAsync([.. Enumerable.Range(1, 9).Select(i => Event(i, "m" + i, [("user_id", "1")]) with { Rule = i % 3 == 0 ? null : "schema", Refused = i % 3 == 1 ? "Bad." : null })]);
        foreach (var size in new[] { 1, 4, 10 })
        {
            var told = new List<EventFate>();
            string? after = null;
            do
            {
                var page = await Store.EventProjection.ListToldAsync("web", after, size, None);
                told.AddRange(page.Items);
                after = page.Next;
            }
            while (after is not null);
            Assert.Equal(["m8 ", "m7 Bad.", "m5 ", "m4 Bad.", "m2 ", "m1 Bad."], told.Select(fate => $"{fate.MessageId} {fate.Refused}"));
        }

        Assert.Empty((await Store.EventProjection.ListToldAsync("nobody", null, 5, None)).Items);
        await Assert.ThrowsAsync<BadCursorException>(async () => await Store.EventProjection.ListToldAsync("web", "x", 5, None));
    }

    private async Task StreamsAsync()
    {
        _identities = await Store.Records.EnsureStreamAsync("web.identities", [], None);
        await Store.Records.EnsureStreamAsync("web.events", [], None);
    }

    private ValueTask<EventSourceState> StateAsync() => Store.EventProjection.StateAsync("web", 10, None);

    private ValueTask<EventCounts> ProjectAsync(params ProjectedEvent[] events) =>
        Store.EventProjection.ProjectAsync(new EventBatch(events[^1].Position, events), None);

    private static ProjectedEvent Event(
        long position, string id, (string Type, string Value)[] identities, DateTimeOffset? at = null, string? type = null, (string Name, string? Value)[]? traits = null) =>
        new(position, At(0), "web", "track", id)
        {
            Identities = [.. identities.Select(identity => new EventIdentity(identity.Type, identity.Value))],
            EdgeRule = "identify:web",
            At = at ?? At(0),
            ActivityType = type,
            Document = "{}"u8.ToArray(),
            Traits = [.. (traits ?? []).Select(trait => KeyValuePair.Create(trait.Name, Value.Of(trait.Value)))],
        };
}
