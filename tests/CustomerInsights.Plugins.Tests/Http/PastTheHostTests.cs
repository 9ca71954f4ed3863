using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Http;

/// <summary>
/// A plugin that goes to a server which it does not declare: through the host's client it is refused everywhere; past it the
/// sandbox has no network, and elsewhere nothing holds it back, as the admin's documentation says.
/// </summary>
public sealed class PastTheHostTests : IAsyncLifetime
{
    private readonly WebSandbox _web = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _web.DisposeAsync().AsTask();

    [Theory]
    [MemberData(nameof(Isolations.OfThisSystem), MemberType = typeof(Isolations))]
    public async Task Through_the_hosts_client_it_is_refused(IsolationMode isolation)
    {
        await using var declared = new ScriptedServer(Reply.Text("declared"));
        await using var foreign = new ScriptedServer(Reply.Text("foreign"));
        await _web.StartAsync(isolation);
        var error = await Assert.ThrowsAsync<PluginCallException>(() => _web.AskAsync(declared.Url, foreign.Url));
        Assert.Equal(FailureKind.Configuration, error.Failure.Kind);
        Assert.Equal(
            $"test.web may not contact 127.0.0.1:{foreign.Port}: its manifest does not declare it. Declared are api.acme.example, 127.0.0.1:{declared.Port}. "
            + "If the host comes from a setting, correct it there; otherwise the author adds it to capabilities.network.hosts in plugin.json.",
            error.Failure.Message);
        Assert.Empty(foreign.Requests);
        Assert.Equal("declared", await _web.AskAsync(declared.Url));
    }

    [Theory]
    [MemberData(nameof(Isolations.OfThisSystem), MemberType = typeof(Isolations))]
    public async Task With_a_client_or_a_socket_of_its_own_it_gets_there_unless_it_is_in_the_sandbox(IsolationMode isolation)
    {
        await using var declared = new ScriptedServer(Reply.Text("declared"));
        await using var foreign = new ScriptedServer(Reply.Text("foreign"));
        await _web.StartAsync(isolation);
        var held = isolation == IsolationMode.SandboxedProcess;
        Assert.Equal(held ? "failed: ConnectionError" : "foreign", await _web.AskAsync(declared.Url, foreign.Url, "ownClient"));
        Assert.Equal(held ? "failed: NetworkUnreachable" : "connected", await _web.AskAsync(declared.Url, foreign.Url, "rawSocket"));
        Assert.Equal(held ? "failed: NetworkUnreachable" : "connected", await _web.AskAsync(declared.Url, declared.Url, "rawSocket"));
    }

    [Theory]
    [MemberData(nameof(Isolations.OfThisSystem), MemberType = typeof(Isolations))]
    public async Task The_sandboxs_way_out_lets_nobody_through_who_guesses_the_token(IsolationMode isolation)
    {
        await using var declared = new ScriptedServer(Reply.Text("declared"));
        await _web.StartAsync(isolation);
        var told = await _web.AskAsync(declared.Url, how: "wayOut");
        Assert.Equal(isolation == IsolationMode.SandboxedProcess ? "HTTP/1.1 407 Refused" : "no way out", told);
        Assert.Empty(declared.Requests);
    }
}
