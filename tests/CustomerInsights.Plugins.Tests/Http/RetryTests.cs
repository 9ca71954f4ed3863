using System.Net;
using CustomerInsights.Plugins.Http;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Http;

/// <summary>When a request is sent again, after which wait, and when not.</summary>
public sealed class RetryTests
{
    [Theory]
    [InlineData(408)]
    [InlineData(429)]
    [InlineData(500)]
    [InlineData(502)]
    [InlineData(503)]
    [InlineData(504)]
    public async Task What_may_work_later_is_tried_again_after_growing_waits(int status)
    {
        await using var server = new ScriptedServer(Reply.Of(status), Reply.Of(status), Reply.Of(status), Reply.Text("at last"));
        using var rig = new HttpRig([Host(server)]);
        using var response = await rig.GetAsync(server.Url);
        Assert.Equal("at last", await response.Content.ReadAsStringAsync());
        Assert.Equal(4, server.Requests.Count);
        Assert.Equal(3, rig.Waits.Count);
        Assert.InRange(rig.Waits.Sum(wait => wait.TotalSeconds), 2, 15);
        Assert.Contains(rig.Loggers.Lines, line => line.Text.StartsWith($"GET {server.Url} answered {status}; try 1 is followed by another one in ", StringComparison.Ordinal));
    }

    [Fact]
    public async Task After_four_tries_the_plugin_gets_the_response_as_it_is()
    {
        await using var server = new ScriptedServer(Reply.Of(503, "down"));
        using var rig = new HttpRig([Host(server)]);
        using var response = await rig.GetAsync(server.Url);
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Equal("down", await response.Content.ReadAsStringAsync());
        Assert.Equal(4, server.Requests.Count);
    }

    [Theory]
    [InlineData(400)]
    [InlineData(401)]
    [InlineData(404)]
    [InlineData(501)]
    public async Task What_will_not_work_later_is_not_tried_again(int status)
    {
        await using var server = new ScriptedServer(Reply.Of(status));
        using var rig = new HttpRig([Host(server)]);
        using var response = await rig.GetAsync(server.Url);
        Assert.Equal(status, (int)response.StatusCode);
        Assert.Single(server.Requests);
    }

    [Fact]
    public async Task A_post_is_sent_once_unless_it_was_marked()
    {
        await using var server = new ScriptedServer(Reply.Of(503), Reply.Of(503), Reply.Text("done"));
        using var rig = new HttpRig([Host(server)]);
        using var once = await rig.SendAsync(new HttpRequestMessage(HttpMethod.Post, server.Url) { Content = new StringContent("a") });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, once.StatusCode);
        Assert.Single(server.Requests);
        using var twice = await rig.SendAsync(new HttpRequestMessage(HttpMethod.Post, server.Url) { Content = new StringContent("b") }.Repeatable());
        Assert.Equal(HttpStatusCode.OK, twice.StatusCode);
        Assert.Equal(["a", "b", "b"], server.Requests.Select(request => request.Body));
    }

    [Theory]
    [InlineData("1.5", 1.5)]
    [InlineData("60", 60)]
    [InlineData("Sun, 22 Nov 2026 09:01:00 GMT", 60)]
    public async Task The_server_is_given_the_time_that_it_asks_for(string text, double seconds)
    {
        await using var server = new ScriptedServer(Reply.Of(429, "", $"Retry-After: {text}"), Reply.Text("now"));
        using var rig = new HttpRig([Host(server)]);
        using var response = await rig.GetAsync(server.Url);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        Assert.Equal(seconds, Assert.Single(rig.Waits).TotalSeconds);
    }

    [Fact]
    public async Task Waits_that_the_server_asks_for_do_not_count_against_the_time_of_the_request()
    {
        await using var server = new ScriptedServer(Reply.Of(429, "", "Retry-After: 120"), Reply.Of(503, "", "Retry-After: 120"), Reply.Of(429, "", "Retry-After: 120"), Reply.Text("now"));
        using var rig = new HttpRig([Host(server)]);
        using var response = await rig.GetAsync(server.Url);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Whoever_asks_for_too_much_time_is_answered_to_the_plugin()
    {
        await using var server = new ScriptedServer(Reply.Of(429, "", "Retry-After: 121"));
        using var rig = new HttpRig([Host(server)]);
        using var response = await rig.GetAsync(server.Url);
        var failure = Assert.Throws<PluginException>(() => response.ThrowIfFailed(rig.Clock));
        Assert.Equal((FailureKind.RateLimited, 121), (failure.Kind, failure.RetryAfter!.Value.TotalSeconds));
        Assert.Single(server.Requests);
        Assert.Empty(rig.Waits);
    }

    [Fact]
    public async Task A_lost_connection_is_tried_again()
    {
        await using var server = new ScriptedServer(Reply.Reset, Reply.Reset, Reply.Text("found"));
        using var rig = new HttpRig([Host(server)]);
        using var response = await rig.GetAsync(server.Url);
        Assert.Equal("found", await response.Content.ReadAsStringAsync());
        Assert.Equal(3, server.Requests.Count);
    }

    [Fact]
    public async Task A_server_that_is_not_there_is_a_failure_that_passes_also_for_a_post()
    {
        string url, host;
        await using (var server = new ScriptedServer(Reply.Text("")))
        {
            (url, host) = (server.Url, Host(server));
        }

        using var rig = new HttpRig([host]);
        var failure = await Assert.ThrowsAsync<PluginException>(() => rig.SendAsync(new HttpRequestMessage(HttpMethod.Post, url + "orders?key=s3cret")));
        Assert.Equal(FailureKind.Transient, failure.Kind);
        Assert.Equal($"{host} cannot be reached: Connection refused. Tried 4 times.", failure.Message);
    }

    [Fact]
    public async Task A_name_that_nobody_knows_is_a_failure_that_passes()
    {
        using var rig = new HttpRig(["shop.example"]);
        var failure = await Assert.ThrowsAsync<PluginException>(() => rig.GetAsync("http://shop.example/"));
        Assert.Equal(FailureKind.Transient, failure.Kind);
        Assert.StartsWith("shop.example cannot be reached: The name server gives no address", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_try_that_is_not_answered_ends_after_30_seconds_and_the_request_after_100()
    {
        await using var server = new ScriptedServer(Reply.Silence);
        using var rig = new HttpRig([Host(server)]);
        var begun = rig.Clock.GetUtcNow();
        var sending = rig.GetAsync(server.Url + "slow?key=s3cret");
        for (var i = 1; i <= 4; i++)
        {
            await Eventually.TrueAsync(() => server.Requests.Count == i || sending.IsCompleted, () => $"{server.Requests.Count} requests", seconds: 20);
            rig.Clock.Advance(TimeSpan.FromSeconds(30));
        }

        var failure = await Assert.ThrowsAsync<PluginException>(() => sending);
        Assert.Equal(FailureKind.Transient, failure.Kind);
        Assert.StartsWith($"GET {server.Url}slow was not answered within ", failure.Message, StringComparison.Ordinal);
        Assert.EndsWith("Tried 4 times.", failure.Message, StringComparison.Ordinal);
        Assert.True(rig.Clock.GetUtcNow() - begun < TimeSpan.FromSeconds(140), "The clock was moved further than the request may take.");
    }

    [Fact]
    public async Task A_wait_ends_when_the_call_is_cancelled_or_the_plugin_is_stopped()
    {
        await using var server = new ScriptedServer(Reply.Of(429, "", "Retry-After: 100"));
        using var rig = new HttpRig([Host(server)]);
        using var cancel = new CancellationTokenSource();
        var cancelled = rig.Client.GetAsync(server.Url, cancel.Token);
        await Eventually.TrueAsync(() => rig.Waits.Count == 1, () => "no wait");
        await cancel.CancelAsync();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => cancelled);
        var stopped = rig.Client.GetAsync(server.Url);
        await Eventually.TrueAsync(() => rig.Waits.Count == 2, () => "no wait");
        rig.Stop();
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => stopped);
    }

    [Fact]
    public async Task A_host_that_fails_all_the_time_is_left_alone_for_half_a_minute()
    {
        await using var server = new ScriptedServer(asked => asked.Number < 8 ? Reply.Of(500) : Reply.Text("well again"));
        using var rig = new HttpRig([Host(server)], limits: new PluginHttpLimits { FirstWait = TimeSpan.FromMilliseconds(10) });
        (await rig.GetAsync(server.Url)).Dispose();
        (await rig.GetAsync(server.Url)).Dispose();
        var failure = await Assert.ThrowsAsync<PluginException>(() => rig.GetAsync(server.Url));
        Assert.Equal(FailureKind.Transient, failure.Kind);
        Assert.Equal($"{Host(server)} failed too often in the last minute; it is left alone for 30 s.", failure.Message);
        Assert.Equal(TimeSpan.FromSeconds(30), failure.RetryAfter);
        Assert.Equal(8, server.Requests.Count);
        rig.Clock.Advance(TimeSpan.FromSeconds(31));
        using var response = await rig.GetAsync(server.Url);
        Assert.Equal("well again", await response.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_content_that_can_be_read_once_is_sent_once()
    {
        await using var server = new ScriptedServer(Reply.Of(503), Reply.Text(""));
        using var rig = new HttpRig([Host(server)]);
        using var stream = new MemoryStream("body"u8.ToArray());
        using var response = await rig.SendAsync(new HttpRequestMessage(HttpMethod.Put, server.Url) { Content = new StreamContent(stream) });
        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.Single(server.Requests);
    }

    internal static string Host(ScriptedServer server) => new Uri(server.Url).Authority;
}
