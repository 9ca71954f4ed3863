using System.Net;
using System.Net.ServerSentEvents;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Live;

/// <summary>Over real HTTP: a refresh fills segments, a changed file moves people, and who listens is told.</summary>
public sealed class SegmentEventsTests
{
    [Fact]
    public async Task Who_listens_hears_who_enters_and_leaves_and_goes_on_where_it_was()
    {
        await using var app = await Shop.OpenAsync();
        var first = await ReadAsync(app, "/segments/events?after=0&segment=buyers", 2);
        Assert.All(first, one => Assert.Equal("entered", one.EventType));
        Assert.All(first, one => Assert.Equal(("buyers", one.EventId), (one.Data.Text("segment"), one.Data["sequence"]!.ToJsonString())));
        Assert.Equal(
            (await app.AllAsync("/segments/buyers/members")).Select(member => member.Text("profileId")).Order(), first.Select(one => one.Data.Text("profileId")).Order());

        // Resumed behind the first: the second comes again, and then what is new.
        var listening = ReadAsync(app, "/segments/events?after=0&segment=buyers", 2, lastEventId: first[0].EventId);
        app.WriteFile("orders.csv", Shop.Orders + "O5,C3,2026-01-05,1.00\n");
        await app.SucceedAsync();
        var heard = await listening;
        Assert.Equal(first[1].EventId, heard[0].EventId);
        Assert.Equal((await app.ProfileOfAsync("C3")).Id(), heard[1].Data.Text("profileId"));
    }

    [Fact]
    public async Task A_new_segment_fills_by_itself_and_the_status_comes_to_be_live()
    {
        await using var app = await Shop.OpenAsync();
        var (status, body) = await app.SendAsync(HttpMethod.Put, "/segments/parisians", JsonNode.Parse("""{ "rule": "city = \"Paris\"" }"""));
        Assert.True(status == HttpStatusCode.Created, body?.ToJsonString());
        await ReadAsync(app, "/segments/events?after=0&segment=parisians", 2);
        await app.SendAsync(HttpMethod.Put, "/segments/ranked", JsonNode.Parse("""{ "rule": "percentile_rank(points) > 50" }"""));
        JsonNode live;
        do
        {
            live = await app.GetAsync("/segments/live");
        }
        while (live.Text("state") != "live" || live["notLive"]!.AsArray().Count == 0 || live["lagRows"]!.GetValue<long>() > 0);

        Assert.Equal("ranked", Assert.Single(live["notLive"]!.AsArray())!.Text("name"));
        Assert.Equal(0, live["lagSeconds"]!.GetValue<double>());
        Assert.False(live.AsObject().ContainsKey("trouble"));
    }

    [Fact]
    public async Task The_parity_job_finds_that_all_is_as_the_rules_say()
    {
        await using var app = await Shop.OpenAsync();
        var (status, accepted) = await app.SendAsync(HttpMethod.Post, "/segments/parity");
        Assert.Equal(HttpStatusCode.Accepted, status);
        var job = await app.EndOfAsync(accepted!.Text("jobId"));
        Assert.True(job.Text("state") == "succeeded", job.ToJsonString());
        Assert.Equal(0, job["result"]!["details"]!["differ"]!.GetValue<long>());
        Assert.Equal(["buyers", "members"], job["result"]!["report"]!.AsArray().Select(report => report!.Text("segment")).Order());
    }

    [Theory]
    [InlineData("/segments/events?after=x", "after")]
    [InlineData("/segments/events?after=-1", "after")]
    [InlineData("/segments/events?after=99999999", "after")]
    public async Task A_place_that_there_cannot_be_is_refused(string path, string pointer)
    {
        await using var app = await RunningApp.StartAsync();
        var (status, body) = await app.SendAsync(HttpMethod.Get, path);
        Assert.Equal(HttpStatusCode.BadRequest, status);
        Assert.Equal(pointer, body!["errors"]![0]!.Text("pointer"));
    }

    [Fact]
    public async Task Unknown_segments_and_strangers_are_refused()
    {
        await using var app = await RunningApp.StartAsync();
        Assert.Equal(HttpStatusCode.NotFound, (await app.SendAsync(HttpMethod.Get, "/segments/events?segment=nobody")).Status);
        using var stranger = app.ClientWith(null);
        using var response = await stranger.GetAsync(new Uri("/api/v1/segments/events", UriKind.Relative));
        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    private static async Task<List<(string EventType, string EventId, JsonNode Data)>> ReadAsync(RunningApp app, string path, int count, string? lastEventId = null)
    {
        using var timeout = new CancellationTokenSource(TimeSpan.FromMinutes(1));
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1" + path);
        if (lastEventId is not null)
        {
            request.Headers.Add("Last-Event-ID", lastEventId);
        }

        using var response = await app.Http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead, timeout.Token);
        Assert.Equal("text/event-stream", response.Content.Headers.ContentType?.MediaType);
        var found = new List<(string, string, JsonNode)>();
        await using var stream = await response.Content.ReadAsStreamAsync(timeout.Token);
        await foreach (var item in SseParser.Create(stream).EnumerateAsync(timeout.Token))
        {
            if (item.EventType != "heartbeat")
            {
                found.Add((item.EventType, item.EventId!, JsonNode.Parse(item.Data)!));
            }

            if (found.Count == count)
            {
                break;
            }
        }

        return found;
    }
}
