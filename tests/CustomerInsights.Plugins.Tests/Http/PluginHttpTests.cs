using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Http;

/// <summary>A plugin asks a server through the host, in process and in a worker: same answers, same refusals, same words.</summary>
public sealed class PluginHttpTests : IAsyncLifetime
{
    private readonly WebSandbox _web = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _web.DisposeAsync().AsTask();

    [Theory]
    [MemberData(nameof(Isolations.OfThisSystem), MemberType = typeof(Isolations))]
    public async Task A_plugin_reaches_a_declared_host_at_a_granted_address(IsolationMode isolation)
    {
        await using var server = new ScriptedServer(Reply.Text("hello"));
        await _web.StartAsync(isolation);
        Assert.Equal("hello", await _web.AskAsync(server.Url));
        Assert.Equal("/", Assert.Single(server.Requests).Target);
    }

    [Theory]
    [MemberData(nameof(Isolations.OfThisSystem), MemberType = typeof(Isolations))]
    public async Task A_private_address_is_refused_until_an_admin_grants_it(IsolationMode isolation)
    {
        await using var server = new ScriptedServer(Reply.Text("hello"));
        await _web.StartAsync(isolation, "{}");
        var failure = await FailAsync(server.Url);
        Assert.Equal(FailureKind.Configuration, failure.Kind);
        Assert.Equal(
            "127.0.0.1 is a private address, which plugins may not reach by themselves. An admin may grant it in plugins.json: \"settings\": { \"network\": { \"hosts\": [\"127.0.0.1\"] } }.",
            failure.Message);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [MemberData(nameof(Isolations.OfThisSystem), MemberType = typeof(Isolations))]
    public async Task Patience_with_a_server_does_not_look_like_a_hang(IsolationMode isolation)
    {
        await using var server = new ScriptedServer(Reply.Of(429, "", "Retry-After: 2"), Reply.Text("hello"), Reply.Of(503, "", "Retry-After: 2"), Reply.Text("hello"));
        await _web.StartAsync(isolation, limits: WebSandbox.Limits with { Check = TimeSpan.FromSeconds(1), Silence = TimeSpan.FromSeconds(1) });
        await WarmUpAsync(server);
        Assert.Equal("hello", await _web.AskAsync(server.Url));
        await using var source = await _web.OpenAsync(server.Url);
        var messages = await source.ReadAsync(PluginSandbox.Rows, default).ToListAsync();
        Assert.IsType<StreamEnded>(messages[^1]);
        Assert.Equal(PluginState.Active, _web.Status.State);
    }

    [Theory]
    [MemberData(nameof(Isolations.OfThisSystem), MemberType = typeof(Isolations))]
    public async Task A_failed_response_becomes_the_failure_that_the_host_understands(IsolationMode isolation)
    {
        await using var server = new ScriptedServer(Reply.Of(429, "s3cret", "Retry-After: 3600"));
        await _web.StartAsync(isolation);
        var failure = await FailAsync(server.Url, server.Url + "orders?key=s3cret");
        Assert.Equal(
            (FailureKind.RateLimited, $"GET {server.Url}orders answered 429 (TooManyRequests). It asks for fewer requests.", TimeSpan.FromHours(1), "/url"),
            (failure.Kind, failure.Message, failure.RetryAfter!.Value, failure.ConfigurationPath));
    }

    [Theory]
    [MemberData(nameof(Isolations.OfThisSystem), MemberType = typeof(Isolations))]
    public async Task A_secret_in_an_address_shows_in_no_log_and_no_failure(IsolationMode isolation)
    {
        await using var server = new ScriptedServer(Reply.Of(500, "", "Retry-After: 0"));
        await _web.StartAsync(isolation);
        var failure = await FailAsync(server.Url, how: "secretInPath");
        Assert.Equal($"GET {server.Url}bot***/orders answered 500 (InternalServerError). It may work later.", failure.Message);
        Assert.Equal($"/bot{RecordingServices.Secret}/orders?key={RecordingServices.Secret}", server.Requests.First().Target);
        await Eventually.TrueAsync(
            () => _web.Loggers.Lines.Any(line => line.Category == "Plugin.test.web.http" && line.Text.StartsWith($"GET {server.Url}bot***/orders answered 500; try 3 is followed", StringComparison.Ordinal)),
            () => string.Join('\n', _web.Loggers.Lines));
        Assert.DoesNotContain(_web.Loggers.Lines, line => line.Text.Contains(RecordingServices.Secret, StringComparison.Ordinal));
    }

    [Theory]
    [MemberData(nameof(Isolations.OfThisSystem), MemberType = typeof(Isolations))]
    public async Task Tls_is_between_the_plugin_and_its_server_and_a_certificate_that_nobody_trusts_is_no_reason_to_try_again(IsolationMode isolation)
    {
        await using var server = new TlsServer();
        await _web.StartAsync(isolation);
        var failure = await FailAsync(server.Url);
        Assert.Equal(FailureKind.Permanent, failure.Kind);
        Assert.StartsWith($"127.0.0.1:{server.Port} has no TLS that can be trusted: The remote certificate is invalid", failure.Message, StringComparison.Ordinal);
        Assert.Equal(1, server.Connections);
    }

    [Fact]
    public async Task A_plugin_that_used_the_network_leaves_memory()
    {
        await using var server = new ScriptedServer(asked => asked.Method == "POST" ? Reply.Of(500, "", "Retry-After: 0") : Reply.Text("hello"));
        await _web.StartAsync(IsolationMode.InProcess);
        for (var round = 1; round <= 3; round++)
        {
            Assert.Equal("hello", await _web.AskAsync(server.Url));
            Assert.Equal("200", await _web.AskAsync(server.Url, how: "forget"));

            // Two requests of four tries each: the breaker remembers the last of them, with its content.
            await FailAsync(server.Url, how: "post");
            await FailAsync(server.Url, how: "post");
            await _web.Host.ReloadAsync("test.web", default);
            var status = _web.Status;
            Assert.True(status is { State: PluginState.Active, PendingUnloads: 0, Leaked: 0 }, $"Round {round}: {status}");
        }
    }

    [Fact]
    public async Task A_component_that_was_disposed_has_no_network_any_more()
    {
        await using var server = new ScriptedServer(Reply.Text("hello"));
        using var rig = new HttpRig([RetryTests.Host(server)]);
        rig.Close();
        var failure = await Assert.ThrowsAsync<PluginException>(() => rig.GetAsync(server.Url));
        Assert.Equal($"GET {server.Url} was not sent: the component or the content has been disposed.", failure.Message);
    }

    // The first call into a plugin compiles it, which takes longer than a deadline that is worth waiting for.
    private async Task WarmUpAsync(ScriptedServer server)
    {
        await using var source = await _web.OpenAsync(server.Url);
        await source.DiscoverAsync(default);
    }

    private async Task<PluginFailure> FailAsync(string url, string? ask = null, string? how = null) =>
        (await Assert.ThrowsAsync<PluginCallException>(() => _web.AskAsync(url, ask, how))).Failure;
}
