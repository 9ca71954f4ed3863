using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerInsights.Connectors.Http;
using CustomerInsights.Sdk;
using Microsoft.AspNetCore.Http;

namespace CustomerInsights.EdgePlugins.Tests;

public sealed class HttpConnectorTests
{
    private const string Secret = "secret-of-the-tests";

    [Theory]
    [InlineData("""{"kind":"none"}""", null)]
    [InlineData("""{"kind":"basic","user":"änn","password":{"$secret":"s"}}""", "Basic w6RubjpzZWNyZXQtb2YtdGhlLXRlc3Rz")]
    [InlineData("""{"kind":"basic","user":"sk_test"}""", "Basic c2tfdGVzdDo=")]
    [InlineData("""{"kind":"bearer","token":{"$secret":"s"}}""", "Bearer secret-of-the-tests")]
    public async Task A_request_shows_who_asks(string auth, string? expected)
    {
        await using var api = await Api.StartAsync(3);
        await ReadAsync(api, auth: auth);

        Assert.Equal(expected, api.Came[0].Headers.GetValueOrDefault("Authorization"));
        Assert.Equal("application/json", api.Came[0].Headers["Accept"]);
    }

    [Fact]
    public async Task An_api_key_goes_into_a_header_or_a_parameter_and_never_into_a_state_or_message()
    {
        await using var api = await Api.StartAsync(7);
        api.Style = "nextLink";
        api.EchoesKey = true;
        var header = await ReadAsync(api, paging: """{"kind":"nextLink","at":"/next"}""", auth: """{"kind":"apiKey","in":"header","name":"X-Key","key":{"$secret":"s"}}""");
        var query = await ReadAsync(api, paging: """{"kind":"nextLink","at":"/next"}""", auth: """{"kind":"apiKey","in":"query","name":"api_key","key":{"$secret":"s"}}""");

        Assert.Equal((7, 7), (header.Keys.Count, query.Keys.Count));
        Assert.Equal(Secret, api.Came[0].Headers["X-Key"]);
        Assert.All(api.Came.Skip(3), came => Assert.Single(came.Path.Split("api_key=secret-of-the-tests")[1..]));
        Assert.All(query.Messages, message => Assert.DoesNotContain(Secret, message is Checkpoint checkpoint ? Encoding.UTF8.GetString(checkpoint.State.Utf8Json.Span) : message.ToString(), StringComparison.Ordinal));

        api.Status = 400;
        var failure = await Assert.ThrowsAsync<PluginException>(() => ReadAsync(api, auth: """{"kind":"apiKey","in":"query","name":"api_key","key":{"$secret":"s"}}"""));
        Assert.DoesNotContain(Secret, failure.ToString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("body")]
    [InlineData("header")]
    public async Task Client_credentials_give_a_token_that_is_asked_for_again_when_it_is_not_taken(string credentialsIn)
    {
        await using var api = await Api.StartAsync(7);
        var auth = $$"""{"kind":"clientCredentials","tokenUrl":"{{api.Address}}token","clientId":"app 1","clientSecret":{"$secret":"s"},"scope":"read","credentialsIn":"{{credentialsIn}}"}""";
        (api.Style, api.PageSize, api.TokenGoodFor) = ("offset", 2, 2);
        var run = await ReadAsync(api, paging: """{"kind":"offset","parameter":"offset","size":2}""", auth: auth);

        var asked = api.Came.Where(came => came.Path == "/token").ToList();
        Assert.Equal(7, run.Keys.Count);
        Assert.Equal(2, asked.Count);
        Assert.Equal(credentialsIn == "header", asked[0].Headers.GetValueOrDefault("Authorization") == "Basic " + Convert.ToBase64String(Encoding.UTF8.GetBytes($"app%201:{Secret}")));
        Assert.Equal(credentialsIn == "body", Encoding.UTF8.GetString(asked[0].Body).Contains($"client_secret={Secret}", StringComparison.Ordinal));
        Assert.Contains("scope=read", Encoding.UTF8.GetString(asked[0].Body), StringComparison.Ordinal);

        api.TokenGoodFor = 0;
        Assert.Equal(FailureKind.Authentication, (await Assert.ThrowsAsync<PluginException>(() => ReadAsync(api, auth: auth))).Kind);
    }

    [Theory]
    [InlineData("linkHeader", """{"kind":"linkHeader"}""")]
    [InlineData("nextLink", """{"kind":"nextLink","at":"/next"}""")]
    [InlineData("relative", """{"kind":"nextLink","at":"/next"}""")]
    [InlineData("token", """{"kind":"token","at":"/next","parameter":"token"}""")]
    [InlineData("tokenMore", """{"kind":"token","at":"/next","parameter":"token","more":"/more"}""")]
    [InlineData("lastRecord", """{"kind":"lastRecord","at":"/id","parameter":"after","more":"/more"}""")]
    [InlineData("lastRecord", """{"kind":"lastRecord","at":"/id","parameter":"after"}""")]
    [InlineData("page", """{"kind":"page","parameter":"page","size":3,"sizeParameter":"limit"}""")]
    [InlineData("page", """{"kind":"page","parameter":"page"}""")]
    [InlineData("page", """{"kind":"page","parameter":"page","more":"/more"}""")]
    [InlineData("page0", """{"kind":"page","parameter":"page","first":0,"size":3}""")]
    [InlineData("offset", """{"kind":"offset","parameter":"offset","size":3,"sizeParameter":"limit"}""")]
    [InlineData("offset", """{"kind":"offset","parameter":"offset"}""")]
    public async Task Every_kind_of_paging_reads_all_and_goes_on_from_every_page(string style, string paging)
    {
        foreach (var count in (int[])[0, 1, 3, 7, 9])
        {
            await using var api = await Api.StartAsync(count);
            (api.Style, api.PageSize) = (style, 3);
            var run = await ReadAsync(api, paging: paging);

            Assert.Equal(api.Ids, run.Keys);
            Assert.Equal(StreamOutcome.Complete, run.Ended.Outcome);
            Assert.InRange(api.Came.Count, 1, (count / 3) + 2);
            foreach (var at in Enumerable.Range(0, run.Messages.Count).Where(i => run.Messages[i] is Checkpoint).SkipLast(1))
            {
                var rest = await ReadAsync(api, paging: paging, state: ((Checkpoint)run.Messages[at]).State, resuming: true);
                Assert.Equal(api.Ids, [.. run.Messages.Take(at).OfType<RecordBatch>().SelectMany(batch => batch.Records).Select(record => record.Key), .. rest.Keys]);
            }
        }
    }

    [Fact]
    public async Task Nothing_is_asked_of_another_server_that_an_answer_names()
    {
        await using var stranger = await Endpoint.StatusesAsync(200);
        await using var api = await Api.StartAsync(7);
        (api.Style, api.NextServer) = ("nextLink", stranger.Address);

        var failure = await Assert.ThrowsAsync<PluginException>(() => ReadAsync(api, paging: """{"kind":"nextLink","at":"/next"}""", auth: """{"kind":"bearer","token":{"$secret":"s"}}"""));

        Assert.Equal(FailureKind.Data, failure.Kind);
        Assert.Empty(stranger.Came);
    }

    [Theory]
    [InlineData("token", """{"kind":"token","at":"/next","parameter":"ignored"}""")]
    [InlineData("page", """{"kind":"page","parameter":"ignored"}""")]
    public async Task A_page_that_comes_again_is_noticed(string style, string paging)
    {
        await using var api = await Api.StartAsync(7);
        api.Style = style;

        var failure = await Assert.ThrowsAsync<PluginException>(() => ReadAsync(api, paging: paging));

        Assert.Equal((FailureKind.Data, 2), (failure.Kind, api.Came.Count));
    }

    [Fact]
    public async Task A_place_that_the_api_has_forgotten_begins_the_run_again()
    {
        await using var api = await Api.StartAsync(7);
        (api.Style, api.PageSize) = ("token", 3);
        const string paging = """{"kind":"token","at":"/next","parameter":"token"}""";
        var broken = await ReadAsync(api, paging: paging, stopAfter: 1);
        api.Forgotten = true;

        var rest = await ReadAsync(api, paging: paging, state: broken.LastState, resuming: true);

        Assert.Equal(api.Ids, rest.Keys);
    }

    [Fact]
    public async Task An_incremental_read_asks_from_the_highest_value_and_yields_what_is_new_or_changed_in_it()
    {
        await using var api = await Api.StartAsync(6);
        const string cursor = """{"field":"at","parameter":"since","template":"at ge {cursor}"}""";
        var first = await ReadAsync(api, cursor: cursor);
        Assert.DoesNotContain("since", api.Came[^1].Path, StringComparison.Ordinal);

        var same = await ReadAsync(api, cursor: cursor, mode: SyncMode.Incremental, state: first.LastState);
        Assert.Equal((0, StreamOutcome.Complete), (same.Keys.Count, same.Ended.Outcome));
        Assert.Contains("since=at%20ge%202026-01-01T00%3A00%3A06Z", api.Came[^1].Path, StringComparison.Ordinal);

        // In the same second: one changes, one comes.
        api.Rows[^1]["name"] = "changed";
        api.Add("c07", 6);
        api.Add("c08", 8);
        var next = await ReadAsync(api, cursor: cursor, mode: SyncMode.Incremental, state: same.LastState);
        Assert.Equal(["c06", "c07", "c08"], next.Keys);

        Assert.Empty((await ReadAsync(api, cursor: cursor, mode: SyncMode.Incremental, state: next.LastState)).Keys);
    }

    [Fact]
    public async Task Newest_first_loses_nothing_when_a_run_breaks_off()
    {
        await using var api = await Api.StartAsync(9);
        (api.Style, api.PageSize, api.NewestFirst) = ("offset", 2, true);
        const string paging = """{"kind":"offset","parameter":"offset","size":2}""";
        const string cursor = """{"field":"at","parameter":"since"}""";
        var first = await ReadAsync(api, paging: paging, cursor: cursor);
        for (var i = 10; i <= 16; i++)
        {
            api.Add(string.Create(CultureInfo.InvariantCulture, $"c{i:00}"), i);
        }

        var broken = await ReadAsync(api, paging: paging, cursor: cursor, mode: SyncMode.Incremental, state: first.LastState, stopAfter: 2);
        var rest = await ReadAsync(api, paging: paging, cursor: cursor, mode: SyncMode.Incremental, state: broken.LastState, resuming: true);

        Assert.Equal(["c16", "c15", "c14", "c13", "c12", "c11", "c10"], [.. broken.Keys, .. rest.Keys]);
    }

    [Fact]
    public async Task Looking_back_finds_records_that_come_late()
    {
        await using var api = await Api.StartAsync(6);
        const string cursor = """{"field":"at","parameter":"since","lookbackSeconds":3}""";
        var first = await ReadAsync(api, cursor: cursor);
        api.Add("late", 4);

        var next = await ReadAsync(api, cursor: cursor, mode: SyncMode.Incremental, state: first.LastState);

        Assert.Contains("since=2026-01-01T00%3A00%3A03Z", api.Came[^1].Path, StringComparison.Ordinal);
        Assert.Contains("late", next.Keys);
    }

    [Fact]
    public async Task A_first_read_begins_where_it_is_told()
    {
        await using var api = await Api.StartAsync(6);
        var run = await ReadAsync(api, cursor: """{"field":"at","parameter":"since","start":"2026-01-01T00:00:04Z"}""");

        Assert.Equal(["c04", "c05", "c06"], run.Keys);
    }

    [Theory]
    [InlineData("integer", "iso", "\"42\"", "42")]
    [InlineData("integer", "iso", "9223372036854775808", null)]
    [InlineData("integer", "iso", "1.5", null)]
    [InlineData("number", "iso", "-1e3", "-1000")]
    [InlineData("number", "iso", "1e999", null)]
    [InlineData("decimal", "iso", "\"12.50\"", "12.50")]
    [InlineData("decimal", "iso", "12345678901234567890123456789.1", null)]
    [InlineData("boolean", "iso", "true", "true")]
    [InlineData("boolean", "iso", "1", null)]
    [InlineData("text", "iso", "17", "17")]
    [InlineData("text", "iso", "{}", null)]
    [InlineData("date", "iso", "\"2028-02-29\"", "2028-02-29")]
    [InlineData("date", "iso", "\"2027-02-29\"", null)]
    [InlineData("time", "iso", "\"2026-03-29T02:30:00+02:00\"", "2026-03-29T00:30:00.0000000Z")]
    [InlineData("time", "iso", "\"2026-01-01 00:00:00.5\"", "2026-01-01T00:00:00.5000000Z")]
    [InlineData("time", "unixSeconds", "-1.5", "1969-12-31T23:59:58.5000000Z")]
    [InlineData("time", "unixMilliseconds", "1767225600123", "2026-01-01T00:00:00.1230000Z")]
    [InlineData("time", "unixSeconds", "1e20", null)]
    [InlineData("textList", "iso", "[\"a\",1]", "[\"a\",\"1\"]")]
    [InlineData("textList", "iso", "[{}]", null)]
    [InlineData("json", "iso", "{\"a\":[1,null]}", "{\"a\":[1,null]}")]
    [InlineData("integer", "iso", "null", "")]
    public async Task A_value_is_read_as_it_is_declared_or_its_record_is_rejected(string type, string format, string json, string? expected)
    {
        await using var api = await Api.StartAsync(2);
        api.Rows[0]["x"] = JsonNode.Parse(json);
        api.Rows[1].Remove("x");
        var run = await ReadAsync(api, field: $$"""{"name":"v","at":"/x","type":"{{type}}","format":"{{format}}"}""");

        if (expected is null)
        {
            var rejected = Assert.Single(run.Rejected);
            Assert.Equal(("c01", "v", 1, 1), (rejected.Key, rejected.Field, rejected.Line, run.Keys.Count));
        }
        else
        {
            var value = run.Value("c01", "v");
            Assert.Equal(expected, value.Kind == FieldKind.Time ? value.AsTime().UtcDateTime.ToString("O", CultureInfo.InvariantCulture) : value.Kind == FieldKind.TextList ? JsonSerializer.Serialize(value.AsList()) : value.IsNull ? "" : value.ToString());
        }
    }

    [Theory]
    [InlineData("<html>We are back soon.</html>", "page for people")]
    [InlineData("""{"items":[""", "not JSON")]
    [InlineData("""{"records":[]}""", "no list of records at '/items'")]
    [InlineData("""{"items":{}}""", "no list of records")]
    public async Task An_answer_of_another_shape_is_a_failure_and_no_empty_page(string body, string expected)
    {
        await using var api = await Endpoint.StartAsync((_, context) => context.Response.WriteAsync(body));
        var failure = await Assert.ThrowsAsync<PluginException>(() => SourceRun.ReadAsync(new HttpConnector(), Settings(api.Address), Context(), "things"));

        Assert.Equal(FailureKind.Data, failure.Kind);
        Assert.Contains(expected, failure.Message, StringComparison.Ordinal);
        Assert.Contains("/v1/things", failure.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public async Task A_page_over_the_limit_is_refused_whether_it_tells_its_length_or_not(bool tells)
    {
        var body = Encoding.UTF8.GetBytes($"{{\"items\":[],\"x\":\"{new string('x', 1024 * 1024)}\"}}");
        await using var api = await Endpoint.StartAsync((_, context) =>
        {
            context.Response.ContentLength = tells ? body.Length : null;
            return context.Response.Body.WriteAsync(body).AsTask();
        });
        var settings = Edited(Settings(api.Address), root => root["maxPageMegabytes"] = 1);

        var failure = await Assert.ThrowsAsync<PluginException>(() => SourceRun.ReadAsync(new HttpConnector(), settings, Context(), "things"));

        Assert.Equal(FailureKind.Data, failure.Kind);
        Assert.Contains("larger than 1 MB", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Requests_keep_to_the_number_a_minute()
    {
        await using var api = await Api.StartAsync(9);
        (api.Style, api.PageSize) = ("page", 3);
        var clock = new LeapingClock();
        var before = clock.GetUtcNow();
        var settings = Edited(Settings(api.Address, paging: """{"kind":"page","parameter":"page"}"""), root => root["requestsPerMinute"] = 10);

        await SourceRun.ReadAsync(new HttpConnector(), settings, new LoopbackContext(clock, Secret), "things");

        Assert.Equal(4, api.Came.Count);
        Assert.Equal(TimeSpan.FromSeconds(18), clock.GetUtcNow() - before);
    }

    [Theory]
    [InlineData("url", "\"http://example.com\"", "/url")]
    [InlineData("url", "\"https://a:b@example.com\"", "/url")]
    [InlineData("url", "\"https://example.com/?x=1\"", "/url")]
    [InlineData("headers", """[{"name":"Authorization","value":"x"}]""", "/headers/0/name")]
    [InlineData("streams.0.path", "\"../admin\"", "/streams/0/path")]
    [InlineData("streams.0.path", "\"https://example.com/x\"", "/streams/0/path")]
    [InlineData("streams.0.path", "\"//example.com/x\"", "/streams/0/path")]
    [InlineData("streams.0.key", """["nothing"]""", "/streams/0/key/0")]
    [InlineData("streams.0.cursor", """{"field":"nothing","parameter":"since"}""", "/streams/0/cursor/field")]
    [InlineData("streams.0.cursor", """{"field":"at","parameter":"since","start":"soon"}""", "/streams/0/cursor/start")]
    public async Task A_setting_that_cannot_be_right_is_refused_at_its_place(string at, string value, string path)
    {
        var settings = Edited(Settings(new Uri("https://api.example.com/")), root =>
        {
            JsonNode node = root;
            var parts = at.Split('.');
            foreach (var part in parts[..^1])
            {
                node = node is JsonArray list ? list[int.Parse(part, CultureInfo.InvariantCulture)]! : node[part]!;
            }

            node[parts[^1]] = JsonNode.Parse(value);
        });
        ISourceConnector connector = new HttpConnector();

        var failure = await Assert.ThrowsAsync<PluginException>(() => connector.DiscoverAsync(settings, Context(), CancellationToken.None).AsTask());

        Assert.Equal((FailureKind.Configuration, path), (failure.Kind, failure.ConfigurationPath));
    }

    [Fact]
    public async Task A_check_names_what_is_not_declared()
    {
        await using var api = await Api.StartAsync(2);
        ISourceConnector connector = new HttpConnector();

        var result = await connector.CheckAsync(Settings(api.Address), Context(), CancellationToken.None);

        Assert.True(result.Ok);
        Assert.Equal("The first page has 2 records. Not declared: x.", result.Items[^1].Message);
    }

    [Theory]
    [InlineData("<https://a.example/x?page=2>; rel=\"next\"", "https://a.example/x?page=2")]
    [InlineData("<https://a.example/1>; rel=\"prev\", </x?page=3>; title=\"a, b\"; rel=next", "/x?page=3")]
    [InlineData("<a>; rel=\"last next\"", "a")]
    [InlineData("<a>; rel=\"nextish\"", null)]
    [InlineData("nothing", null)]
    public void A_link_header_names_the_next_page(string header, string? expected)
    {
        using var response = new HttpResponseMessage();
        response.Headers.TryAddWithoutValidation("Link", header);

        Assert.Equal(expected, LinkHeader.Next(response));
    }

    private static Task<SourceRun> ReadAsync(
        Api api, string? paging = null, string? cursor = null, string? auth = null, string? field = null, SyncMode mode = SyncMode.Full, StreamState? state = null, bool resuming = false, int stopAfter = int.MaxValue) =>
        SourceRun.ReadAsync(new HttpConnector(), Settings(api.Address, paging, cursor, auth, field), Context(), "things", mode, state, resuming, stopAfter: stopAfter);

    private static LoopbackContext Context() => new(new LeapingClock(), Secret);

    private static byte[] Settings(Uri server, string? paging = null, string? cursor = null, string? auth = null, string? field = null) => Encoding.UTF8.GetBytes(
        $$"""
        {"url":"{{server}}v1"{{(auth is null ? "" : ",\"auth\":" + auth)}},"streams":[{"name":"things","path":"things","records":"/items","key":["id"],
         "fields":[{"name":"id","type":"text"},{"name":"name","type":"text"},{"name":"at","type":"time"}{{(field is null ? "" : "," + field)}}]
         {{(paging is null ? "" : ",\"paging\":" + paging)}}{{(cursor is null ? "" : ",\"cursor\":" + cursor)}}}]}
        """);

    private static byte[] Edited(byte[] settings, Action<JsonObject> edit)
    {
        var root = JsonNode.Parse(settings)!.AsObject();
        edit(root);
        return Encoding.UTF8.GetBytes(root.ToJsonString());
    }
}
