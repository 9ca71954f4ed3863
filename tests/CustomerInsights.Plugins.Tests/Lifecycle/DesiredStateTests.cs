using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Tests.Kit;

namespace CustomerInsights.Plugins.Tests.Lifecycle;

/// <summary>The file decides, whoever edits it; within two seconds.</summary>
public sealed class DesiredStateTests : IAsyncLifetime
{
    private const string Id = "test.healthy";
    private readonly PluginSandbox _sandbox = new();

    public async Task InitializeAsync()
    {
        _sandbox.Add(Id, manifest => manifest["isolation"] = new System.Text.Json.Nodes.JsonObject { ["supported"] = new System.Text.Json.Nodes.JsonArray("inProcess", "process"), ["preferred"] = "inProcess" });
        await _sandbox.StartAsync();
    }

    public Task DisposeAsync() => _sandbox.DisposeAsync().AsTask();

    [Fact]
    public async Task An_edit_by_hand_takes_effect_within_two_seconds()
    {
        File.WriteAllText(_sandbox.DesiredPath, """{"plugins":[{"id":"test.healthy","enabled":false}]}""");
        var off = await Eventually.StateAsync(_sandbox, Id, PluginState.Unloaded);
        File.WriteAllText(_sandbox.DesiredPath, """{"plugins":[{"id":"test.healthy","enabled":true}]}""");
        var on = await Eventually.StateAsync(_sandbox, Id, PluginState.Active);
        Assert.True(off.TotalSeconds < 2, $"{off}");
        Assert.True(on.TotalSeconds < 2, $"{on}");
        var disabled = await Eventually.TransitionAsync(_sandbox, PluginState.Draining);
        Assert.Equal(("plugins.json", "disabled", "Disabled in plugins.json."), (disabled.Actor, disabled.Code, disabled.Reason));
    }

    [Fact]
    public async Task An_edit_by_replacing_the_file_as_editors_do_takes_effect_too()
    {
        var other = _sandbox.DesiredPath + ".new";
        File.WriteAllText(other, """{"plugins":[]}""");
        File.Move(other, _sandbox.DesiredPath, overwrite: true);
        await Eventually.StateAsync(_sandbox, Id, PluginState.Unloaded, seconds: 2);
        Assert.Equal("not-wanted", (await Eventually.TransitionAsync(_sandbox, PluginState.Draining)).Code);
    }

    [Theory]
    [InlineData("""{"plugins":[{"id":"test.healthy","enabeld":false}]}""", "/plugins/0/enabeld: 'enabeld' is not known here; did you mean 'enabled'?")]
    [InlineData("""{"plugins":[{"id":"test.healthy","version":"9.9.9"}]}""", "/plugins/0/version: Version 9.9.9 of test.healthy is not on disk; there are 1.0.0.")]
    public async Task A_mistake_is_reported_and_the_running_set_stays(string json, string message)
    {
        File.WriteAllText(_sandbox.DesiredPath, json);
        await Eventually.TrueAsync(() => _sandbox.Host.DesiredProblems.Count > 0, () => "no problem was reported", seconds: 2);
        Assert.Equal(message, Assert.Single(_sandbox.Host.DesiredProblems).ToString());
        Assert.Equal("1.0.0", _sandbox.Status(Id).RunningVersion);
        Assert.Equal(PluginState.Active, _sandbox.Status(Id).State);

        File.WriteAllText(_sandbox.DesiredPath, """{"plugins":[{"id":"test.healthy"}]}""");
        await Eventually.TrueAsync(() => _sandbox.Host.DesiredProblems.Count == 0, () => "the problem stayed", seconds: 2);
        Assert.DoesNotContain("Draining", _sandbox.Services.Path(Id), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_version_that_is_named_is_the_one_that_runs()
    {
        _sandbox.Add(Id, version: "1.1.0");
        _sandbox.Add(Id, version: "1.2.0-beta");
        await _sandbox.SetAsync(Id, plugin => plugin with { Version = "1.1.0" });
        await Eventually.TrueAsync(() => _sandbox.Status(Id).RunningVersion == "1.1.0", () => _sandbox.Status(Id).Reason);
        await _sandbox.SetAsync(Id, plugin => plugin with { Version = "1.0.0", Pin = true });
        await Eventually.TrueAsync(() => _sandbox.Status(Id).RunningVersion == "1.0.0", () => _sandbox.Status(Id).Reason);
        await _sandbox.SetAsync(Id, plugin => plugin with { Version = "latest" });
        await Eventually.TrueAsync(() => _sandbox.Status(Id).RunningVersion == "1.1.0", () => _sandbox.Status(Id).Reason);
        Assert.Equal(["1.2.0-beta", "1.1.0", "1.0.0"], _sandbox.Status(Id).Versions.Select(package => package.Version.ToString()));
    }

    [Fact]
    public async Task Settings_reach_the_plugin_by_loading_it_again_and_a_pin_alone_does_not()
    {
        await _sandbox.SetAsync(Id, plugin => plugin with { Pin = true });
        await Eventually.TrueAsync(() => _sandbox.Status(Id).Desired!.Pin, () => "the pin was not seen");
        Assert.DoesNotContain("Draining", _sandbox.Services.Path(Id), StringComparison.Ordinal);
        await _sandbox.SetAsync(Id, plugin => plugin with { Settings = new() { ["fileRoots"] = new System.Text.Json.Nodes.JsonArray("/srv/in") } });
        await Eventually.PathEndsAsync(_sandbox, Id, "Unloaded Starting Active");
    }

    [Theory]
    [InlineData(IsolationMode.SandboxedProcess, "plugins.json asks for isolation 'sandboxedProcess'; the plugin supports inProcess, process.")]
    public async Task An_isolation_that_cannot_be_had_stops_the_plugin_and_says_so(IsolationMode isolation, string reason)
    {
        await _sandbox.SetAsync(Id, plugin => plugin with { Isolation = isolation });
        await Eventually.StateAsync(_sandbox, Id, PluginState.IsolationUnavailable);
        Assert.Equal(reason, _sandbox.Status(Id).Reason);
        Assert.Null(_sandbox.Status(Id).RunningVersion);
    }

    [Fact]
    public async Task A_plugin_that_vanishes_from_disk_goes_on_running_until_it_is_not_wanted()
    {
        Directory.Delete(Path.Combine(_sandbox.Root, Id), recursive: true);
        await _sandbox.SetAsync(Id, plugin => plugin with { Pin = true });
        await Eventually.TrueAsync(() => _sandbox.Host.DesiredProblems.Count > 0, () => "no problem was reported");
        Assert.Equal("/plugins/0/id: The plugin test.healthy is not on disk.", Assert.Single(_sandbox.Host.DesiredProblems).ToString());
        Assert.Equal("1.0.0", _sandbox.Status(Id).RunningVersion);
        await _sandbox.Host.Desired.UpdateAsync(state => state.Without(Id), null, default);
        await Eventually.TrueAsync(() => _sandbox.Host.Find(Id) is null, () => $"{_sandbox.Host.Find(Id)}");
    }
}
