using System.Text;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Http;

/// <summary>A plugin asks a server through the host, in process and in a worker: same answers, same refusals, same words.</summary>
public sealed class PluginHttpTests : IAsyncLifetime
{
    private static readonly PluginLimits Limits = PluginSandbox.Fast with { Check = TimeSpan.FromSeconds(20), Discover = TimeSpan.FromSeconds(20) };

    private readonly PluginSandbox _sandbox = new();

    public Task InitializeAsync()
    {
        _sandbox.Add("test.web");
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _sandbox.DisposeAsync().AsTask();

    [Theory]
    [InlineData(IsolationMode.InProcess)]
    [InlineData(IsolationMode.Process)]
    public async Task A_plugin_reaches_a_declared_host_at_a_granted_address(IsolationMode isolation)
    {
        await using var server = new ScriptedServer(Reply.Text("hello"));
        await StartAsync(isolation, Granted);
        Assert.Equal("hello", await AskAsync(server.Url));
        Assert.Equal("/", Assert.Single(server.Requests).Target);
    }

    [Theory]
    [InlineData(IsolationMode.InProcess)]
    [InlineData(IsolationMode.Process)]
    public async Task A_private_address_is_refused_until_an_admin_grants_it(IsolationMode isolation)
    {
        await using var server = new ScriptedServer(Reply.Text("hello"));
        await StartAsync(isolation, "{}");
        var failure = await FailAsync(server.Url);
        Assert.Equal(FailureKind.Configuration, failure.Kind);
        Assert.Equal(
            "127.0.0.1 is a private address, which plugins may not reach by themselves. An admin may grant it in plugins.json: \"settings\": { \"network\": { \"hosts\": [\"127.0.0.1\"] } }.",
            failure.Message);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(IsolationMode.InProcess)]
    [InlineData(IsolationMode.Process)]
    public async Task A_host_that_is_not_declared_is_refused(IsolationMode isolation)
    {
        await using var server = new ScriptedServer(Reply.Text("hello"));
        await StartAsync(isolation, Granted);
        var failure = await FailAsync("https://shop.example:8443/", server.Url);
        Assert.Equal(FailureKind.Configuration, failure.Kind);
        Assert.Equal(
            $"test.web may not contact 127.0.0.1:{server.Port}: its manifest does not declare it. Declared are api.acme.example, shop.example:8443. "
            + "If the host comes from a setting, correct it there; otherwise the author adds it to capabilities.network.hosts in plugin.json.",
            failure.Message);
        Assert.Empty(server.Requests);
    }

    [Theory]
    [InlineData(IsolationMode.InProcess)]
    [InlineData(IsolationMode.Process)]
    public async Task Patience_with_a_server_does_not_look_like_a_hang(IsolationMode isolation)
    {
        await using var server = new ScriptedServer(Reply.Of(429, "", "Retry-After: 2"), Reply.Text("hello"), Reply.Of(503, "", "Retry-After: 2"), Reply.Text("hello"));
        await StartAsync(isolation, Granted, Limits with { Check = TimeSpan.FromSeconds(1), Silence = TimeSpan.FromSeconds(1) });
        await WarmUpAsync(server);
        Assert.Equal("hello", await AskAsync(server.Url));
        await using var source = await OpenAsync(server.Url);
        var messages = await source.ReadAsync(PluginSandbox.Rows, default).ToListAsync();
        Assert.IsType<StreamEnded>(messages[^1]);
        Assert.Equal(PluginState.Active, _sandbox.Status("test.web").State);
    }

    [Theory]
    [InlineData(IsolationMode.InProcess)]
    [InlineData(IsolationMode.Process)]
    public async Task A_failed_response_becomes_the_failure_that_the_host_understands(IsolationMode isolation)
    {
        await using var server = new ScriptedServer(Reply.Of(429, "s3cret", "Retry-After: 3600"));
        await StartAsync(isolation, Granted);
        var failure = await FailAsync(server.Url, server.Url + "orders?key=s3cret");
        Assert.Equal(
            (FailureKind.RateLimited, $"GET {server.Url}orders answered 429 (TooManyRequests). It asks for fewer requests.", TimeSpan.FromHours(1), "/url"),
            (failure.Kind, failure.Message, failure.RetryAfter!.Value, failure.ConfigurationPath));
    }

    [Theory]
    [InlineData(IsolationMode.InProcess)]
    [InlineData(IsolationMode.Process)]
    public async Task A_secret_in_an_address_shows_in_no_log_and_no_failure(IsolationMode isolation)
    {
        await using var server = new ScriptedServer(Reply.Of(500, "", "Retry-After: 0"));
        await StartAsync(isolation, Granted);
        var failure = await FailAsync(server.Url, how: "secretInPath");
        Assert.Equal($"GET {server.Url}bot***/orders answered 500 (InternalServerError). It may work later.", failure.Message);
        Assert.Equal($"/bot{RecordingServices.Secret}/orders?key={RecordingServices.Secret}", server.Requests.First().Target);
        await Eventually.TrueAsync(
            () => _sandbox.Loggers.Lines.Any(line => line.Category == "Plugin.test.web.http" && line.Text.StartsWith($"GET {server.Url}bot***/orders answered 500; try 3 is followed", StringComparison.Ordinal)),
            () => string.Join('\n', _sandbox.Loggers.Lines));
        Assert.DoesNotContain(_sandbox.Loggers.Lines, line => line.Text.Contains(RecordingServices.Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_plugin_that_used_the_network_leaves_memory()
    {
        await using var server = new ScriptedServer(asked => asked.Method == "POST" ? Reply.Of(500, "", "Retry-After: 0") : Reply.Text("hello"));
        await StartAsync(IsolationMode.InProcess, Granted);
        for (var round = 1; round <= 3; round++)
        {
            Assert.Equal("hello", await AskAsync(server.Url));
            Assert.Equal("200", await AskAsync(server.Url, how: "forget"));

            // Two requests of four tries each: the breaker remembers the last of them, with its content.
            await FailAsync(server.Url, how: "post");
            await FailAsync(server.Url, how: "post");
            await _sandbox.Host.ReloadAsync("test.web", default);
            var status = _sandbox.Status("test.web");
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

    private const string Granted = """{"ranges":["127.0.0.1/32"]}""";

    // The first call into a plugin compiles it, which takes longer than a deadline that is worth waiting for.
    private async Task WarmUpAsync(ScriptedServer server)
    {
        await using var source = await OpenAsync(server.Url);
        await source.DiscoverAsync(default);
    }

    private Task StartAsync(IsolationMode isolation, string network, PluginLimits? limits = null)
    {
        _sandbox.WriteDesired($$"""{"plugins":[{"id":"test.web","isolation":"{{isolation.ToWord()}}","settings":{"network":{{network}} } }]}""");
        return _sandbox.StartAsync(limits ?? Limits);
    }

    private ValueTask<Plugins.Components.PluginSource> OpenAsync(string url, string? ask = null, string? how = null) =>
        _sandbox.Host.OpenSourceAsync("test.web", null, "c1", Encoding.UTF8.GetBytes($$"""{"url":"{{url}}","ask":"{{ask ?? url}}","how":"{{how}}"}"""), default);

    private async Task<string?> AskAsync(string url, string? ask = null, string? how = null)
    {
        await using var source = await OpenAsync(url, ask, how);
        return (await source.CheckAsync(default)).Items[0].Message;
    }

    private async Task<PluginFailure> FailAsync(string url, string? ask = null, string? how = null) =>
        (await Assert.ThrowsAsync<PluginCallException>(() => AskAsync(url, ask, how))).Failure;
}
