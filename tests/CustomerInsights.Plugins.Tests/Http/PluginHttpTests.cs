using System.Text;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Http;

/// <summary>A plugin asks a server through the host, in process and in a worker: same answers, same refusals, same words.</summary>
public sealed class PluginHttpTests : IAsyncLifetime
{
    private static readonly PluginLimits Limits = PluginSandbox.Fast with { Check = TimeSpan.FromSeconds(20) };

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
        await StartAsync(isolation, """{"ranges":["127.0.0.1/32"]}""");
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
        await StartAsync(isolation, """{"ranges":["127.0.0.1/32"]}""");
        var failure = await FailAsync("https://shop.example:8443/", server.Url);
        Assert.Equal(FailureKind.Configuration, failure.Kind);
        Assert.Equal(
            $"test.web may not contact 127.0.0.1:{server.Port}: its manifest does not declare it. Declared are api.acme.example, shop.example:8443. "
            + "If the host comes from a setting, correct it there; otherwise the author adds it to capabilities.network.hosts in plugin.json.",
            failure.Message);
        Assert.Empty(server.Requests);
    }

    private Task StartAsync(IsolationMode isolation, string network)
    {
        _sandbox.WriteDesired($$"""{"plugins":[{"id":"test.web","isolation":"{{isolation.ToWord()}}","settings":{"network":{{network}} } }]}""");
        return _sandbox.StartAsync(Limits);
    }

    private async Task<string?> AskAsync(string url, string? ask = null)
    {
        var configuration = $$"""{"url":"{{url}}","ask":"{{ask ?? url}}"}""";
        await using var source = await _sandbox.Host.OpenSourceAsync("test.web", null, "c1", Encoding.UTF8.GetBytes(configuration), default);
        return (await source.CheckAsync(default)).Items[0].Message;
    }

    private async Task<PluginFailure> FailAsync(string url, string? ask = null) =>
        (await Assert.ThrowsAsync<PluginCallException>(() => AskAsync(url, ask))).Failure;
}
