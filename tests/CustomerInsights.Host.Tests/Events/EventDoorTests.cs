using System.IO.Compression;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Host.Tests.Kit;

namespace CustomerInsights.Host.Tests.Events;

public sealed class EventSiteFixture : IAsyncLifetime
{
    private RunningApp? _app;

    internal RunningApp App => _app!;

    public async Task InitializeAsync() => _app = await EventSite.OpenAsync();

    public async Task DisposeAsync() => await App.DisposeAsync();
}

/// <summary>The door of the Segment protocol, over HTTP.</summary>
public sealed class EventDoorTests(EventSiteFixture site) : IClassFixture<EventSiteFixture>
{
    [Theory]
    [InlineData("track", """{"userId":"u","event":"E"}""")]
    [InlineData("t", """{"userId":"u","event":"E"}""")]
    [InlineData("identify", """{"userId":"u","traits":{"email":"u@example.com"}}""")]
    [InlineData("i", """{"anonymousId":"a-1"}""")]
    [InlineData("page", """{"anonymousId":"a-1","name":"Home"}""")]
    [InlineData("p", """{"anonymousId":"a-1"}""")]
    [InlineData("screen", """{"anonymousId":"a-1"}""")]
    [InlineData("s", """{"anonymousId":"a-1"}""")]
    [InlineData("group", """{"userId":"u","groupId":"g"}""")]
    [InlineData("g", """{"userId":"u","groupId":"g"}""")]
    [InlineData("alias", """{"userId":"u","previousId":"v"}""")]
    [InlineData("a", """{"userId":"u","previousId":"v"}""")]
    [InlineData("batch", """{"batch":[{"type":"track","userId":"u","event":"E"},{"type":"page","anonymousId":"a"}]}""")]
    [InlineData("b", """{"batch":[]}""")]
    [InlineData("track/", """{"userId":42,"event":"E"}""")]
    public async Task Every_route_of_the_protocol_takes_its_events(string route, string body) => await site.App.AcceptAsync(route, body);

    [Fact]
    public async Task The_key_may_come_as_credentials_as_bearer_or_in_the_body()
    {
        var body = """{"userId":"u","event":"E","writeKey":"KEY"}""";
        Assert.Equal(HttpStatusCode.OK, (await site.App.PostEventAsync("track", body.Replace("KEY", EventSite.Key, StringComparison.Ordinal), key: null)).Status);
        Assert.Equal(HttpStatusCode.OK, (await site.App.PostEventAsync("track", body, null, request => request.Headers.Authorization = new AuthenticationHeaderValue("Bearer", EventSite.Key))).Status);
        var (status, answer) = await site.App.PostEventAsync("track", body, "WrongWriteKey0000001");
        Assert.Equal((HttpStatusCode.Unauthorized, false), (status, answer!["success"]!.GetValue<bool>()));
        Assert.Equal(HttpStatusCode.Unauthorized, (await site.App.PostEventAsync("track", body, key: null)).Status);
        Assert.Equal(HttpStatusCode.Unauthorized, (await site.App.PostEventAsync("track", body, null, request => request.Headers.TryAddWithoutValidation("Authorization", "Basic !!"))).Status);
    }

    [Fact]
    public async Task A_body_may_be_gzip_whatever_it_calls_itself()
    {
        using var zipped = new MemoryStream();
        await using (var gzip = new GZipStream(zipped, CompressionLevel.Fastest, leaveOpen: true))
        {
            await gzip.WriteAsync(Encoding.UTF8.GetBytes("""{"batch":[{"type":"track","userId":"u","event":"Zipped","messageId":"zip-1"}]}"""));
        }

        var (status, _) = await site.App.PostEventAsync("batch", "", EventSite.Key, request =>
        {
            request.Content = new ByteArrayContent(zipped.ToArray());
            request.Content.Headers.ContentType = new MediaTypeHeaderValue("application/x-www-form-urlencoded");
            request.Content.Headers.ContentEncoding.Add("gzip");
        });
        Assert.Equal(HttpStatusCode.OK, status);
        Assert.Equal("zipped", (await site.App.FateAsync("zip-1")).Text("activityType"));
        Assert.Equal(HttpStatusCode.BadRequest, (await site.App.PostEventAsync("track", "no gzip", EventSite.Key, request => request.Content!.Headers.ContentEncoding.Add("gzip"))).Status);
    }

    [Fact]
    public async Task A_bomb_of_gzip_is_not_inflated_past_the_limit()
    {
        using var zipped = new MemoryStream();
        await using (var gzip = new GZipStream(zipped, CompressionLevel.SmallestSize, leaveOpen: true))
        {
            await gzip.WriteAsync(new byte[64 * 1024 * 1024]);
        }

        var (status, answer) = await site.App.PostEventAsync("batch", "", EventSite.Key, request =>
        {
            request.Content = new ByteArrayContent(zipped.ToArray());
            request.Content.Headers.ContentEncoding.Add("gzip");
        });
        Assert.Equal((HttpStatusCode.BadRequest, "The body is larger than 512,000 bytes, the most for a batch."), (status, answer!.Text("message")));
    }

    public static TheoryData<string, string, string> Hostile() => new()
    {
        { "track", """{"userId":"u","event":"E","properties":{"x":NaN}}""", "The body is no JSON of at most 64 levels: line 1" },
        { "track", "", "The body is no JSON" },
        { "track", "[]", "The body is no JSON object." },
        { "track", "\"x\"", "The body is no JSON object." },
        { "track", string.Concat(Enumerable.Repeat("{\"a\":", 65)) + "1" + new string('}', 65), "The body is no JSON of at most 64 levels" },
        { "track", $$$"""{"userId":"u","event":"E","properties":{"x":"{{{new string('x', 32 * 1024)}}}"}}""", "The body is larger than 32,768 bytes" },
        { "track", $$"""{"userId":"{{new string('x', 1024 * 1024)}}","event":"E"}""", "The body is larger than 32,768 bytes" },
        { "batch", $$"""{"batch":[],"x":"{{new string('x', 500 * 1024)}}"}""", "The body is larger than 512,000 bytes" },
        { "batch", $$"""{"batch":[{{string.Join(',', Enumerable.Repeat("1", 2501))}}]}""", "'batch' has 2,501 events; at most 2,500 are allowed." },
        { "batch", "{}", "'batch' is missing or no array." },
        { "batch", """{"batch":{}}""", "'batch' is missing or no array." },
    };

    [Theory]
    [MemberData(nameof(Hostile))]
    public async Task What_is_too_large_or_no_JSON_is_refused_with_the_reason(string route, string body, string message)
    {
        var (status, answer) = await site.App.PostEventAsync(route, body);
        Assert.True(status == HttpStatusCode.BadRequest, $"{status}: {answer?.ToJsonString()}");
        Assert.False(answer!["success"]!.GetValue<bool>());
        Assert.StartsWith(message, answer.Text("message"), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("""{"type":"track","event":"E"}""", "It has neither 'userId' nor 'anonymousId'.")]
    [InlineData("""{"type":"track","userId":"  ","event":"E"}""", "It has neither 'userId' nor 'anonymousId'.")]
    [InlineData("""{"type":"track","userId":"u"}""", "A track call needs 'event', the name of what happened.")]
    [InlineData("""{"type":"track","userId":"u","event":7}""", "A track call needs 'event', the name of what happened.")]
    [InlineData("""{"type":"alias","userId":"u"}""", "An alias needs 'userId' and 'previousId'.")]
    [InlineData("""{"type":"group","userId":"u"}""", "A group call needs 'groupId'.")]
    [InlineData("""{"type":"shout","userId":"u"}""", "Its 'type' is none of track, identify, page, screen, group and alias.")]
    [InlineData("""{"userId":"u"}""", "Its 'type' is none of track")]
    [InlineData("""{"type":"track","userId":{},"event":"E"}""", "Its 'userId' is no text.")]
    [InlineData("""{"type":"track","userId":"u","event":"E","properties":[1]}""", "Its 'properties' is no object.")]
    [InlineData("""{"type":"track","userId":"\ud83d","event":"E"}""", "A text in it holds half a character.")]
    [InlineData("""{"type":"track","userId":"LONG","event":"E"}""", "Its 'userId' has more than 500 characters.")]
    [InlineData("""{"type":"track","userId":"u","event":"E","properties":{MANY}}""", "Its 'properties' has more than 300 entries.")]
    [InlineData("""{"type":"track","userId":"u","event":"E","properties":{"x":"HUGE"}}""", "It has 32,8")]
    public async Task An_event_that_cannot_be_taken_is_answered_with_success_and_told_of_in_its_fate(string item, string why)
    {
        var id = $"bad-{Guid.NewGuid():N}";
        var body = item.Replace("LONG", new string('x', 501), StringComparison.Ordinal)
            .Replace("MANY", string.Join(',', Enumerable.Range(0, 301).Select(i => $"\"p{i}\":{i}")), StringComparison.Ordinal)
            .Replace("HUGE", new string('x', 32 * 1024), StringComparison.Ordinal).Insert(1, $"\"messageId\":\"{id}\",");
        await site.App.AcceptAsync("batch", $$"""{"batch":[{{body}},{"type":"track","userId":"u","event":"Good","messageId":"{{id}}-good"}]}""");
        var fate = await site.App.FateAsync(id);
        Assert.Equal(("rejected", "form"), (fate.Text("outcome"), fate.Text("rule")));
        Assert.StartsWith(why, fate.Text("why"), StringComparison.Ordinal);
        Assert.Equal("accepted", (await site.App.FateAsync($"{id}-good")).Text("outcome"));
    }

    [Fact]
    public async Task What_stands_beside_a_batch_holds_for_all_of_its_events_unless_they_say_otherwise()
    {
        await site.App.AcceptAsync("batch", """
            {"context":{"traits":{"city":"Rome"},"page":{"url":"https://a.example/"}},"sentAt":"2026-01-01T00:00:10Z","batch":[
              {"type":"page","anonymousId":"beside-1","messageId":"beside-1"},
              {"type":"page","anonymousId":"beside-2","messageId":"beside-2","context":{"page":{"url":"https://b.example/"}}}]}
            """);
        Assert.Equal("https://a.example/", await UrlAsync("beside-1"));
        Assert.Equal("https://b.example/", await UrlAsync("beside-2"));
    }

    [Fact]
    public async Task Pages_of_allowed_sites_may_post_and_read_the_answer()
    {
        await using var app = await EventSite.OpenAsync(change: recipe => recipe["eventSources"]!["web"]!["origins"] = new JsonArray("https://shop.example"));
        using var client = app.ClientWith(null);
        using var asked = await client.SendAsync(Ask("https://shop.example"));
        Assert.Equal((HttpStatusCode.NoContent, "https://shop.example", "true"), (asked.StatusCode, Header(asked, "Access-Control-Allow-Origin"), Header(asked, "Access-Control-Allow-Credentials")));
        Assert.Contains("Authorization", Header(asked, "Access-Control-Allow-Headers"), StringComparison.Ordinal);
        using var stranger = await client.SendAsync(Ask("https://evil.example"));
        Assert.False(stranger.Headers.Contains("Access-Control-Allow-Origin"));

        const string Body = """{"anonymousId":"a","event":"E"}""";
        Assert.Equal(HttpStatusCode.OK, (await app.PostEventAsync("t", Body, EventSite.Key, request => request.Headers.Add("Origin", "https://shop.example"))).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await app.PostEventAsync("t", Body, EventSite.Key, request => request.Headers.Add("Origin", "https://evil.example"))).Status);
        Assert.Equal(HttpStatusCode.OK, (await app.PostEventAsync("t", Body)).Status);

        using var settings = await client.GetAsync($"/v1/projects/{EventSite.Key}/settings");
        var document = JsonNode.Parse(await settings.Content.ReadAsStringAsync())!;
        Assert.Equal($"{client.BaseAddress!.Authority}/v1", document["integrations"]!["Segment.io"]!.Text("apiHost"));
        Assert.Equal(HttpStatusCode.NotFound, (await client.GetAsync("/v1/projects/nobody/settings")).StatusCode);

        static HttpRequestMessage Ask(string origin)
        {
            var request = new HttpRequestMessage(HttpMethod.Options, "/v1/t");
            request.Headers.Add("Origin", origin);
            request.Headers.Add("Access-Control-Request-Method", "POST");
            return request;
        }

        static string? Header(HttpResponseMessage response, string name) => response.Headers.TryGetValues(name, out var values) ? values.Single() : null;
    }

    [Fact]
    public async Task A_source_that_is_not_enabled_takes_nothing()
    {
        await using var app = await EventSite.OpenAsync(change: recipe => recipe["eventSources"]!["web"]!["enabled"] = false);
        Assert.Equal(HttpStatusCode.Unauthorized, (await app.PostEventAsync("track", """{"userId":"u","event":"E"}""")).Status);
    }

    private async Task<string> UrlAsync(string messageId)
    {
        var fate = await site.App.FateAsync(messageId);
        using var activities = await site.App.Http.GetAsync($"/api/v1/activities/counts");
        Assert.Equal("page", fate.Text("activityType"));
        return (await StoredEvents.FieldAsync(site.App, messageId, "url"))!;
    }
}
