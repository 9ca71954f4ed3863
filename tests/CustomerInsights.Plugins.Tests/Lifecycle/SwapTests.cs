using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Lifecycle;

/// <summary>From one version to another while the first is at work, and back.</summary>
public sealed class SwapTests : IAsyncLifetime
{
    private const string Id = "test.healthy";
    private static readonly byte[] s_settings = """{"rows":100}"""u8.ToArray();

    private readonly PluginSandbox _sandbox = new();

    public Task InitializeAsync()
    {
        _sandbox.Add(Id);
        _sandbox.Add(Id, version: "1.1.0");
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _sandbox.DisposeAsync().AsTask();

    [Theory]
    [InlineData("inProcess")]
    [InlineData("process")]
    public async Task What_is_open_finishes_on_the_version_it_began_with_and_what_is_opened_gets_the_other(string isolation)
    {
        await StartAsync(isolation);
        await using (var source = await OpenAsync())
        {
            await using var reading = source.ReadAsync(PluginSandbox.Rows, default).GetAsyncEnumerator();
            Assert.True(await reading.MoveNextAsync());
            await MoveAsync("1.1.0");
            Assert.Equal(["1.0.0"], _sandbox.Status(Id).Finishing);
            await using (var other = await OpenAsync())
            {
                Assert.Equal("1.1.0", other.Plugin.Version);
                Assert.True((await other.CheckAsync(default)).Ok);
            }

            SourceMessage? last = null;
            while (await reading.MoveNextAsync())
            {
                last = reading.Current;
            }

            Assert.Equal(StreamOutcome.Complete, Assert.IsType<StreamEnded>(last).Outcome);
            Assert.Equal("1.0.0", source.Plugin.Version);
        }

        await Eventually.TrueAsync(() => _sandbox.Status(Id).Finishing.Count == 0, () => "1.0.0 is still finishing");
        await Eventually.TrueAsync(() => _sandbox.Services.Transitions.Any(step => step is { Version: "1.0.0", To: PluginState.Unloaded }), () => _sandbox.Services.Path(Id));
        Assert.Equal(PluginState.Active, _sandbox.Status(Id).State);
    }

    [Fact]
    public async Task Whoever_stops_the_plugin_stops_what_its_older_version_has_open_too()
    {
        await StartAsync("inProcess");
        await using var source = await OpenAsync();
        await using var reading = source.ReadAsync(PluginSandbox.Rows, default).GetAsyncEnumerator();
        await reading.MoveNextAsync();
        await MoveAsync("1.1.0");
        await _sandbox.SetAsync(Id, plugin => plugin with { Enabled = false });
        await Eventually.TrueAsync(() => _sandbox.Status(Id) is { RunningVersion: null, Finishing.Count: 0 }, () => $"{_sandbox.Status(Id)}");
    }

    [Fact]
    public async Task A_version_on_trial_says_so_until_the_trial_is_over()
    {
        await StartAsync("inProcess");
        _sandbox.Host.SetTrial(Id, "1.1.0", "ann", "");
        await MoveAsync("1.1.0");
        Assert.Equal(PluginState.Probation, _sandbox.Status(Id).State);
        _sandbox.Host.SetTrial(Id, null, "host", "3 runs went well.");
        Assert.Equal((PluginState.Active, "probation-over", "3 runs went well."), (_sandbox.Status(Id).State, _sandbox.Status(Id).Code, _sandbox.Status(Id).Reason));
    }

    [Fact]
    public async Task A_version_that_is_held_runs_not_again_by_itself()
    {
        await StartAsync("inProcess");
        await _sandbox.Host.HoldAsync(Id, "1.0.0", "host", "rolled-back", "It gave no records.", null);
        await _sandbox.Host.LookAsync(default);
        var status = _sandbox.Status(Id);
        Assert.Equal((PluginState.RolledBack, null, "It gave no records."), (status.State, status.RunningVersion, status.Reason));
        await MoveAsync("1.1.0");
        await MoveAsync("1.0.0");

        await _sandbox.Host.HoldAsync(Id, "1.0.0", "host", "rolled-back", "It gave no records.", null);
        await _sandbox.Host.RetryAsync(Id, "ann", default);
        Assert.Equal("1.0.0", _sandbox.Status(Id).RunningVersion);
        await Eventually.TrueAsync(() => _sandbox.Services.Transitions.Any(step => step is { To: PluginState.Starting, Actor: "ann" }), () => _sandbox.Services.Path(Id));
    }

    [Fact]
    public async Task The_latest_passes_over_what_was_gone_back_from_and_a_name_does_not()
    {
        await StartAsync("inProcess");
        var avoided = new AvoidedVersion("1.1.0", "It gave no records.", "host", TimeProvider.System.GetUtcNow());
        await _sandbox.SetAsync(Id, plugin => plugin with { Version = DesiredPlugin.Latest, RolledBack = [avoided] });
        await _sandbox.Host.LookAsync(default);
        Assert.Equal("1.0.0", _sandbox.Status(Id).RunningVersion);
        await MoveAsync("1.1.0");
    }

    [Fact]
    public async Task Each_step_tells_who_wanted_it()
    {
        await StartAsync("inProcess");
        await _sandbox.Host.Desired.UpdateAsync(state => state.With(state.Find(Id)! with { Version = "1.1.0" }), null, "ann", default);
        await Eventually.TrueAsync(() => _sandbox.Services.Transitions.Any(step => step is { Version: "1.1.0", To: PluginState.Starting, Actor: "ann" }), () => string.Join('\n', _sandbox.Services.Transitions));
        File.WriteAllText(_sandbox.DesiredPath, """{"plugins":[]}""");
        await Eventually.TrueAsync(() => _sandbox.Services.Transitions.Any(step => step is { To: PluginState.Draining, Actor: "plugins.json", Code: "not-wanted" }), () => string.Join('\n', _sandbox.Services.Transitions));
    }

    [Fact]
    public async Task A_version_is_tried_in_a_worker_beside_the_one_that_runs_and_with_services_of_its_own()
    {
        await StartAsync("inProcess");
        var services = new RecordingServices();
        var (tried, skipped) = await _sandbox.Host.PreflightAsync(Id, "1.1.0", new DesiredPlugin(Id), services, default);
        Assert.Null(skipped);
        await using (tried)
        {
            await using var source = await tried!.OpenSourceAsync(null, "c1", s_settings, default);
            Assert.Equal(("1.1.0", "process"), (source.Plugin.Version, source.Plugin.Isolation));
            await source.DiscoverAsync(default);
        }

        Assert.Contains("seen", services.Values.Keys);
        Assert.Empty(_sandbox.Services.Values);
        Assert.Equal("1.0.0", _sandbox.Status(Id).RunningVersion);
    }

    [Fact]
    public async Task What_supports_no_worker_is_not_tried_and_that_is_said()
    {
        _sandbox.Add(Id, version: "1.2.0", edit: manifest => manifest["isolation"] = System.Text.Json.Nodes.JsonNode.Parse("""{"supported":["inProcess"],"preferred":"inProcess"}"""));
        await StartAsync("inProcess");
        var (tried, skipped) = await _sandbox.Host.PreflightAsync(Id, "1.2.0", new DesiredPlugin(Id), new RecordingServices(), default);
        Assert.Null(tried);
        Assert.Equal("test.healthy 1.2.0 supports no worker process, and is not tried in the host's own.", skipped);
    }

    private Task StartAsync(string isolation)
    {
        _sandbox.WriteDesired($$"""{"plugins":[{"id":"{{Id}}","version":"1.0.0","isolation":"{{isolation}}"}]}""");
        return _sandbox.StartAsync(PluginSandbox.Fast with { Check = TimeSpan.FromSeconds(5), Discover = TimeSpan.FromSeconds(5), Silence = TimeSpan.FromSeconds(5) });
    }

    private async Task MoveAsync(string version)
    {
        await _sandbox.SetAsync(Id, plugin => plugin with { Version = version });
        await Eventually.TrueAsync(() => _sandbox.Status(Id).RunningVersion == version, () => _sandbox.Status(Id).Reason);
    }

    private ValueTask<Components.PluginSource> OpenAsync() => _sandbox.Host.OpenSourceAsync(Id, null, "c1", s_settings, default);
}
