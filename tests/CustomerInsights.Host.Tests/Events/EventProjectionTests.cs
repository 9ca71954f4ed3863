using System.Globalization;
using System.Net;
using System.Text.Json.Nodes;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Events.Projecting;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Tests.Kit;
using CustomerInsights.Storage.Events;
using Microsoft.Extensions.DependencyInjection;

namespace CustomerInsights.Host.Tests.Events;

/// <summary>From events to records, activities, edges and fates.</summary>
public sealed class EventProjectionTests(EventSiteFixture site) : IClassFixture<EventSiteFixture>
{
    private static readonly DateTimeOffset Received = new(2026, 6, 1, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task A_visitor_who_signs_in_is_one_person_with_the_history_of_both_and_of_the_file()
    {
        await using var app = await EventSite.OpenAsync();
        await app.AcceptAsync("batch", """
            {"batch":[
              {"type":"page","anonymousId":"v-1","messageId":"s1","name":"Home","properties":{"url":"https://shop.example/"}},
              {"type":"identify","anonymousId":"v-1","userId":"77","messageId":"s2","traits":{"email":"ANN@example.com","firstName":"Ann","address":{"city":"Rome"}}},
              {"type":"track","userId":"77","messageId":"s3","event":"Order Completed","properties":{"total":"12.5","name":"x"}}]}
            """);
        Assert.Equal("user_id/77", (await app.FateAsync("s3")).Text("identity"));
        await app.SucceedAsync();
        var fate = await app.FateAsync("s1");
        Assert.Equal(("accepted", "anonymous_id/v-1", "page"), (fate.Text("outcome"), fate.Text("identity"), fate.Text("activityType")));
        var ann = await app.ProfileOfAsync("C1");
        Assert.Equal(ann.Id(), fate.Text("profileId"));
        Assert.Equal(["club.members M1", "crm.contacts C1", "web.identities anonymous_id/v-1", "web.identities user_id/77"],
            ann["records"]!.AsArray().Select(record => $"{record!.Text("stream")} {record!.Text("key")}").Order(StringComparer.Ordinal));
        Assert.Equal(["order", "order", "order", "page"], (await app.GetAsync($"/profiles/{ann.Id()}/activities"))["items"]!.AsArray().Select(item => item!.Text("type")).Order(StringComparer.Ordinal));
        Assert.Equal("162.80", ann["measures"]!.Text("spend"));
        Assert.Contains((await app.FateAsync("s3"))["segments"]!.AsArray(), segment => segment!.Text("segment") == "buyers");
        Assert.Contains((await app.FateAsync("s3"))["exports"]!.AsArray(), export => export!.GetValue<string>() == "buyers");
    }

    [Fact]
    public async Task An_event_that_comes_again_is_counted_and_changes_nothing()
    {
        var app = site.App;
        for (var i = 0; i < 3; i++)
        {
            await app.AcceptAsync("track", $$"""{"userId":"twice","event":"Thing {{i}}","messageId":"twice-1"}""");
        }

        await app.AcceptAsync("track", """{"userId":"twice","event":"End","messageId":"twice-end"}""");
        await app.FateAsync("twice-end");
        var fate = await app.FateAsync("twice-1");
        Assert.Equal(("thing_0", 2), (fate.Text("activityType"), fate["duplicates"]!.GetValue<int>()));
        Assert.DoesNotContain((await app.GetAsync("/activities/counts"))["types"]!.AsArray(), type => type!.Text("type") is "thing_1" or "thing_2");
    }

    [Fact]
    public async Task A_plan_blocks_omits_and_warns_and_its_source_shows_counts_and_samples()
    {
        await using var app = await EventSite.OpenAsync(change: recipe => recipe["eventSources"]!["web"]!["unplanned"] = "refuse");
        await app.AcceptAsync("batch", """
            {"batch":[
              {"type":"track","userId":"p","messageId":"p1","event":"Rated","properties":{"stars":"five"}},
              {"type":"track","userId":"p","messageId":"p2","event":"Shared","properties":{"where":7,"what":"x"}},
              {"type":"track","userId":"p","messageId":"p3","event":"Watched","properties":{"seconds":"long"}},
              {"type":"track","userId":"p","messageId":"p4","event":"Never Heard Of"},
              {"type":"track","userId":"p","messageId":"p5","event":"Rated","properties":{"stars":5}},
              {"type":"track","messageId":"p6","event":"Rated"}]}
            """);
        await app.FateAsync("p6");
        var fates = new Dictionary<string, JsonNode>();
        foreach (var id in new[] { "p1", "p2", "p3", "p4", "p5" })
        {
            fates[id] = await app.FateAsync(id);
        }

        Assert.Equal(["rejected", "accepted", "accepted", "rejected", "accepted"], fates.Values.Select(fate => fate.Text("outcome")));
        Assert.Equal(["schema", "schema", "schema", "unplanned", null], fates.Values.Select(fate => fate["rule"]?.GetValue<string>()));
        Assert.StartsWith("/stars:", fates["p1"].Text("why"), StringComparison.Ordinal);
        Assert.Equal("""{"what":"x"}""", StoredEvents.Utf8((await StoredEvents.ReadAsync(app, "p2")).Document));
        Assert.Equal("""{"seconds":"long"}""", StoredEvents.Utf8((await StoredEvents.ReadAsync(app, "p3")).Document));

        var status = await app.GetAsync("/event-sources/web/status");
        Assert.Equal((3, 3, 0), (status["accepted"]!.GetValue<int>(), status["rejected"]!.GetValue<int>(), status["waiting"]!.GetValue<int>()));
        Assert.Equal("""[{"rule":"form","rejected":1,"accepted":0},{"rule":"schema","rejected":1,"accepted":2},{"rule":"unplanned","rejected":1,"accepted":0}]""", status["rules"]!.ToJsonString());
        Assert.Equal(["p6", "p4", "p3", "p2", "p1"], status["samples"]!.AsArray().Select(sample => sample!.Text("messageId")));
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/event-sources/none/status", null);
    }

    [Theory]
    [InlineData(null, null, "2026-06-01T12:00:00Z", null)]
    [InlineData("2026-06-01T11:00:00Z", null, "2026-06-01T11:00:00Z", null)]
    [InlineData("2026-06-01T10:00:00Z", "2026-06-01T10:00:30Z", "2026-06-01T11:59:30Z", null)]
    [InlineData("2031-01-01T10:00:00Z", "2031-01-01T10:01:00Z", "2026-06-01T11:59:00Z", null)]
    [InlineData("2026-06-01T13:00:00Z", null, "2026-06-01T12:00:00Z", "It was said to be in the future")]
    [InlineData("2026-06-01T12:04:00Z", null, "2026-06-01T12:04:00Z", null)]
    [InlineData("2015-01-01T00:00:00Z", null, null, null)]
    [InlineData("rubbish", null, "2026-06-01T12:00:00Z", null)]
    public async Task Times_are_corrected_by_how_long_the_event_waited_at_its_sender(string? original, string? sent, string? at, string? note)
    {
        var reading = await ReadingAsync();
        var json = $$"""{"messageId":"m","userId":"u","event":"E"{{(original is null ? "" : $",\"timestamp\":\"{original}\"")}}}""";
        var read = reading.Read(StoredEvents.Of("track", json, Received, sent is null ? null : DateTimeOffset.Parse(sent, CultureInfo.InvariantCulture)))!;
        Assert.Equal(at is null, read.Refused is not null);
        if (at is not null)
        {
            Assert.Equal(DateTimeOffset.Parse(at, CultureInfo.InvariantCulture), read.At);
            Assert.Equal(note is null, read.Note is null);
            Assert.StartsWith(note ?? "", read.Note ?? "", StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("identify", """{"userId":"u","anonymousId":"a"}""", "user_id/u anonymous_id/a", "identify:web")]
    [InlineData("page", """{"anonymousId":" a "}""", "anonymous_id/a", "identify:web")]
    [InlineData("alias", """{"userId":"u","previousId":"old"}""", "user_id/u user_id/old", "alias:web")]
    [InlineData("alias", """{"userId":"u","previousId":"507f191e-810c-4197-9de8-60ea00000000"}""", "user_id/u anonymous_id/507f191e-810c-4197-9de8-60ea00000000", "alias:web")]
    [InlineData("track", """{"userId":"null","anonymousId":"a","event":"E"}""", "anonymous_id/a", "identify:web")]
    [InlineData("track", """{"userId":"Anonymous","anonymousId":"00000000-0000-0000-0000-000000000000","event":"E"}""", "", ":")]
    [InlineData("alias", """{"userId":"u","previousId":"undefined"}""", "", ":")]
    public async Task An_event_tells_of_the_identities_that_it_names(string kind, string json, string identities, string rule)
    {
        var read = (await ReadingAsync()).Read(StoredEvents.Of(kind, json.Insert(1, "\"messageId\":\"m\","), Received))!;
        Assert.Equal(identities, string.Join(' ', read.Identities.Select(identity => identity.Key)));
        Assert.Equal(identities.Length == 0 ? "blocked" : null, read.Rule);
        Assert.Equal(identities.Length == 0 ? "" : rule, read.EdgeRule);
    }

    [Fact]
    public async Task Traits_are_flattened_and_of_their_declared_types()
    {
        var read = (await ReadingAsync()).Read(StoredEvents.Of(
            "identify",
            """{"messageId":"m","userId":"u","traits":{"age":"41","address":{"city":"Rome","geo":{"lat":1.5}},"birthday":"1980-02-03T00:00:00Z","vip":true,"tags":["a","b"],"phone":null,"createdAt":"soon","user_id":"evil"}}""",
            Received))!;
        Assert.Equal(
            ["address_city=Rome", "address_geo_lat=1.5", "age=41", "birthday=1980-02-03", "phone=", "tags=[\"a\",\"b\"]", "vip=true"],
            read.Traits.Select(trait => $"{trait.Key}={(trait.Value.Type == DataType.TextList ? "[\"a\",\"b\"]" : trait.Value.ToString().ToLowerInvariant().Replace("rome", "Rome", StringComparison.Ordinal))}").Order(StringComparer.Ordinal));
        Assert.Equal(DataType.Integer, read.Traits.Single(trait => trait.Key == "age").Value.Type);
        Assert.Equal("Traits of another type than declared are left out: createdAt.", read.Note);
        var group = (await ReadingAsync()).Read(StoredEvents.Of("group", """{"messageId":"m","userId":"u","groupId":"g1","traits":{"email":"of@the.group"}}""", Received))!;
        Assert.Equal(("group_id", "g1", "group"), (Assert.Single(group.Traits).Key, group.Traits[0].Value.AsText(), group.ActivityType));
    }

    [Fact]
    public async Task A_host_that_stops_and_starts_projects_every_event_once()
    {
        await using var app = await EventSite.OpenAsync();
        for (var round = 0; round < 3; round++)
        {
            for (var i = 0; i < 20; i++)
            {
                await app.AcceptAsync("track", $$"""{"userId":"r{{i % 5}}","event":"Order Completed","messageId":"r-{{round}}-{{i}}"}""");
            }

            await app.RestartAsync();
        }

        await app.FateAsync("r-2-19");
        var status = await app.GetAsync("/event-sources/web/status");
        Assert.Equal((60, 0), (status["accepted"]!.GetValue<int>(), status["duplicates"]!.GetValue<int>()));
        Assert.Equal(60 + 4, (await app.GetAsync("/activities/counts"))["types"]!.AsArray().Single(type => type!.Text("type") == "order")!["total"]!.GetValue<int>());
    }

    [Fact]
    public async Task A_deleted_source_takes_its_events_along()
    {
        await using var app = await EventSite.OpenAsync();
        await app.AcceptAsync("identify", """{"userId":"gone","messageId":"gone-1","traits":{"email":"gone@example.com"}}""");
        await app.FateAsync("gone-1");
        await app.SucceedAsync();
        Assert.Single((await app.GetAsync("/profiles?search=gone@example.com"))["items"]!.AsArray());
        var (status, _) = await app.SendAsync(HttpMethod.Delete, "/event-sources/web");
        Assert.Equal(HttpStatusCode.Conflict, status);
        var recipe = EventSite.Recipe();
        await app.SendTextAsync(HttpMethod.Put, "/unification/policies/customer", Shop.Recipe()["unification"]!["customer"]!.ToJsonString(), "*");
        await app.ActivateAsync("customer");
        Assert.Equal(HttpStatusCode.NoContent, (await app.SendAsync(HttpMethod.Delete, "/mappings/web.identities")).Status);
        Assert.Equal(HttpStatusCode.NoContent, (await app.SendAsync(HttpMethod.Delete, "/event-sources/web")).Status);
        await app.SucceedAsync();
        Assert.Empty((await app.GetAsync("/profiles?search=gone@example.com"))["items"]!.AsArray());
        await app.Http.RefusedAsync(HttpStatusCode.NotFound, HttpMethod.Get, "/events/gone-1/fate", null);
    }

    private async Task<EventReading> ReadingAsync() => new(await site.App.Services.GetRequiredService<MetadataService>().ModelAsync(CancellationToken.None));
}
