using System.Diagnostics.CodeAnalysis;
using System.Net;
using System.Text;
using System.Text.Json.Nodes;
using CustomerInsights.Sdk.Testing.Fixtures;
using CustomerInsights.Sdk.Testing.Server;

namespace CustomerInsights.Sdk.Testing.Tests;

/// <summary>The server that plays a source or a target.</summary>
[SuppressMessage("Usage", "CA2234", Justification = "Short addresses read better here.")]
[SuppressMessage("Design", "CA1001", Justification = "xunit calls DisposeAsync of IAsyncLifetime.")]
public sealed class ServerTests : IAsyncLifetime
{
    private readonly FaultServer _server = FaultServer.Start();
    private readonly HttpClient _client = new();

    public Task InitializeAsync()
    {
        _client.BaseAddress = _server.Address;
        return Task.CompletedTask;
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData("""{ "size": 2 }""", "/rows", """{"items":[{"n":1},{"n":2}],"next":2}""")]
    [InlineData("""{ "size": 2 }""", "/rows?page=2", """{"items":[{"n":3}],"next":null}""")]
    [InlineData("""{ "size": 2, "style": "offset", "parameter": "skip", "items": "value" }""", "/rows?skip=2", """{"value":[{"n":3}],"next":null}""")]
    [InlineData("""{ "size": 2, "style": "link", "next": "nextLink" }""", "/rows?since=1", """{"items":[{"n":1},{"n":2}],"nextLink":"http://server/rows?since=1&page=2"}""")]
    public async Task Rows_are_answered_page_by_page_in_each_style(string paging, string address, string expected)
    {
        Play($$"""{ "routes": [ { "path": "/rows", "rows": [ { "n": 1 }, { "n": 2 }, { "n": 3 } ], "paging": {{paging}} } ] }""");

        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), JsonNode.Parse(await _client.GetStringAsync(address))));
    }

    [Fact]
    public async Task Rows_since_a_value_come_in_its_order_with_that_value_among_them()
    {
        Play("""{ "routes": [ { "path": "/rows", "since": { "parameter": "from", "field": "at" }, "rows": [ { "at": "3" }, { "at": "1" }, { "at": "2" } ] } ] }""");

        Assert.Equal("""[{"at":"2"},{"at":"3"}]""", await _client.GetStringAsync("/rows?from=2"));
    }

    [Fact]
    public async Task A_request_without_the_required_header_is_unauthorized_and_an_unknown_path_is_not_found()
    {
        Play("""{ "require": { "X-Key": "k" }, "routes": [ { "path": "/rows", "body": {} } ] }""");
        Assert.Equal(HttpStatusCode.Unauthorized, (await _client.GetAsync("/rows")).StatusCode);

        _client.DefaultRequestHeaders.Add("X-Key", "k");

        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("/rows")).StatusCode);
        Assert.Equal(HttpStatusCode.NotFound, (await _client.GetAsync("/other")).StatusCode);
        Assert.Equal(["/rows", "/rows", "/other"], _server.Requests.Select(request => request.Target));
    }

    [Fact]
    public async Task What_is_staged_is_visible_after_the_commit_and_a_repeated_key_changes_nothing()
    {
        Play("""
            { "routes": [
              { "method": "POST", "path": "/batch", "effect": "stage" }, { "method": "POST", "path": "/commit", "effect": "commit" },
              { "method": "POST", "path": "/discard", "effect": "discard" }, { "method": "POST", "path": "/remove", "effect": "remove" } ] }
            """);
        await PostAsync("/batch", "ada");
        await PostAsync("/discard", "");
        await PostAsync("/batch", "zoe", key: "1");
        await PostAsync("/batch", "zoe", key: "1");
        Assert.Equal((0, 0), (_server.Truth.Count("ada"), _server.Truth.Count("zoe")));

        await PostAsync("/commit", "");
        Assert.Equal((0, 1), (_server.Truth.Count("ada"), _server.Truth.Count("zoe")));

        await PostAsync("/remove", "zoe");
        Assert.Equal(0, _server.Truth.Count("zoe"));
    }

    [Fact]
    public async Task Each_run_stages_for_itself_and_what_is_staged_can_take_the_place_of_all()
    {
        Play("""
            { "routes": [
              { "method": "POST", "path": "/batch", "run": "run", "effect": "stage" }, { "method": "POST", "path": "/put", "run": "run", "effect": "replace" },
              { "method": "POST", "path": "/discard", "run": "run", "effect": "discard" } ] }
            """);
        await PostAsync("/batch?run=1", "ada", key: "b1");
        await PostAsync("/batch?run=2", "zoe", key: "b1");
        await PostAsync("/put?run=1", "");
        Assert.Equal((1, 0), (_server.Truth.Count("ada"), _server.Truth.Count("zoe")));

        // What was discarded may be sent again under its key.
        await PostAsync("/discard?run=2", "");
        await PostAsync("/batch?run=2", "zoe", key: "b1");
        await PostAsync("/put?run=2", "");
        Assert.Equal((0, 1), (_server.Truth.Count("ada"), _server.Truth.Count("zoe")));
    }

    [Fact]
    public async Task A_fault_meets_the_requests_that_it_is_told_and_no_others()
    {
        Play("""{ "routes": [ { "path": "/rows", "body": [1, 2, 3] } ] }""");
        _server.Forget(new ServerFault(FaultKind.TooManySeconds, From: 2, Times: 1) { RetryAfter = 7 });

        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("/rows")).StatusCode);
        var second = await _client.GetAsync("/rows");
        Assert.Equal((HttpStatusCode.TooManyRequests, 7), (second.StatusCode, (int)second.Headers.RetryAfter!.Delta!.Value.TotalSeconds));
        Assert.Equal(HttpStatusCode.OK, (await _client.GetAsync("/rows")).StatusCode);
    }

    [Fact]
    public async Task A_reset_in_the_middle_of_a_body_is_an_error_of_the_connection()
    {
        Play("""{ "routes": [ { "path": "/rows", "body": [1, 2, 3] } ] }""");
        _server.Forget(new ServerFault(FaultKind.Reset, From: 1));

        await Assert.ThrowsAsync<HttpRequestException>(() => _client.GetStringAsync("/rows"));
    }

    private void Play(string http)
    {
        var file = TestFile.Parse(new JsonObject { ["components"] = new JsonObject { ["x"] = new JsonObject { ["config"] = new JsonObject(), ["http"] = JsonNode.Parse(http) } } }.ToJsonString(), "test.json");
        _server.Play(new ServerScript(file.Components["x"].Http!, text => text.Replace("${server}", "http://server", StringComparison.Ordinal), _server.Truth));
    }

    private async Task PostAsync(string path, string body, string? key = null)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, path) { Content = new StringContent(body, Encoding.UTF8) };
        if (key is not null)
        {
            request.Headers.Add("Idempotency-Key", key);
        }

        (await _client.SendAsync(request)).EnsureSuccessStatusCode();
    }
}
