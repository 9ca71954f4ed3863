using CustomerInsights.Plugins.Tests.Kit;

namespace CustomerInsights.Plugins.Tests.Lifecycle;

/// <summary>Packages that cannot run, each with what people get to read; a good one beside them starts all the same.</summary>
public sealed class BadPackageTests : IAsyncLifetime
{
    private readonly PluginSandbox _sandbox = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _sandbox.DisposeAsync().AsTask();

    [Fact]
    public async Task A_plugin_that_asks_for_a_newer_sdk_is_incompatible_and_both_versions_are_named()
    {
        _sandbox.Add("test.newer-sdk");
        _sandbox.Add("test.healthy");
        await _sandbox.StartAsync();
        AssertState("test.newer-sdk", PluginState.Incompatible, "1.0.0 needs SDK 1.1.0 or newer; this host has 1.0.0.");
        Assert.Equal(PluginState.Active, _sandbox.Status("test.healthy").State);
    }

    [Fact]
    public async Task A_plugin_that_was_built_for_a_newer_sdk_and_says_otherwise_is_found_out_before_it_runs()
    {
        _sandbox.Add("test.newer-sdk", manifest => manifest["sdk"] = "[1.0.0,2.0.0)");
        await _sandbox.StartAsync();
        AssertState("test.newer-sdk", PluginState.Incompatible, "1.0.0 needs CustomerInsights.Sdk.Tomorrow of a newer SDK; this host has SDK 1.0.0.");
    }

    [Fact]
    public async Task A_plugin_for_another_host_is_incompatible()
    {
        _sandbox.Add("test.healthy", manifest => manifest["host"] = "[3.0.0,)");
        await _sandbox.StartAsync();
        AssertState("test.healthy", PluginState.Incompatible, "1.0.0 needs host 3.0.0 or newer; this host has 0.1.0.");
    }

    [Fact]
    public async Task An_invalid_manifest_is_told_with_its_first_mistake_and_the_rest_behind_it()
    {
        _sandbox.Add("test.healthy", manifest =>
        {
            manifest["contributes"]![0]!["kind"] = "conector";
            manifest.Remove("license");
        });
        await _sandbox.StartAsync();
        AssertState(
            "test.healthy",
            PluginState.ManifestInvalid,
            "The package of 1.0.0 cannot be used. (document): 'license' (SPDX expression) is missing; add it. (1 more problems)");
        Assert.Equal(2, _sandbox.Status("test.healthy").Problems.Count);
    }

    [Theory]
    [InlineData("Healthy.HealthySourc", "/contributes/0/type: there is no type Healthy.HealthySourc in Healthy; did you mean 'Healthy.HealthySource'?")]
    [InlineData("Healthy.Other", "/contributes/0/type: there is no type Healthy.Other in Healthy. It has Healthy.HealthySource.")]
    [InlineData("Healthy.ListExport", "/contributes/0/type: the type Healthy.ListExport does not implement ISourceConnector, which a component of kind 'connector' must.")]
    [InlineData("Healthy.HealthyJson", "/contributes/0/type: the type Healthy.HealthyJson is not public.")]
    public async Task A_type_that_cannot_be_used_is_told_with_its_place(string type, string reason)
    {
        _sandbox.Add("test.healthy", manifest => manifest["contributes"]![0]!["type"] = type);
        await _sandbox.StartAsync();
        AssertState("test.healthy", PluginState.Faulted, reason);
    }

    [Theory]
    [InlineData("Faulty.ThrowingStartup", "Load threw InvalidOperationException: boom in the startup")]
    [InlineData("Faulty.HangingStartup", "Load did not answer within 1 s and did not stop within 150 ms of being cancelled. It was abandoned.")]
    [InlineData("Faulty.FaultySource", "/entry/startup: the type Faulty.FaultySource does not implement IPluginStartup.")]
    public async Task A_startup_that_fails_leaves_the_plugin_faulted_and_the_host_up(string startup, string reason)
    {
        _sandbox.Add("test.faulty", manifest => manifest["entry"]!["startup"] = startup);
        await _sandbox.StartAsync(PluginSandbox.Fast with { Short = TimeSpan.FromSeconds(1) });
        AssertState("test.faulty", PluginState.Faulted, reason);
    }

    [Fact]
    public async Task A_private_library_that_was_forgotten_is_named()
    {
        var folder = _sandbox.Add("test.newtonsoft-new");
        File.Delete(Path.Combine(folder, "lib", "Newtonsoft.Json.dll"));
        await _sandbox.StartAsync();
        AssertState(
            "test.newtonsoft-new",
            PluginState.Incompatible,
            "1.0.0 needs the assembly Newtonsoft.Json 13.0.0.0, which is neither in its lib folder nor shared by the host. Publish the plugin with its dependencies.");
    }

    [Fact]
    public async Task An_assembly_that_is_none_is_told()
    {
        var folder = _sandbox.Add("test.healthy");
        File.WriteAllText(Path.Combine(folder, "lib", "Healthy.dll"), "not an assembly");
        await _sandbox.StartAsync();
        var status = _sandbox.Status("test.healthy");
        Assert.Equal(PluginState.Incompatible, status.State);
        Assert.StartsWith("1.0.0 Healthy.dll is not a .NET assembly", status.Reason, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_faulted_plugin_is_tried_again_at_growing_distances_and_given_up_in_the_end()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UnixEpoch);
        var folder = _sandbox.Add("test.faulty", manifest => manifest["entry"]!["startup"] = "Faulty.ThrowingStartup");
        await _sandbox.StartAsync(new PluginLimits { FaultsBeforeGivingUp = 3 }, clock);
        Assert.Equal(DateTimeOffset.UnixEpoch.AddSeconds(30), _sandbox.Status("test.faulty").RetryAt);
        clock.Advance(TimeSpan.FromSeconds(30));
        await Eventually.TrueAsync(() => _sandbox.Status("test.faulty").RetryAt == DateTimeOffset.UnixEpoch.AddSeconds(90), () => $"{_sandbox.Status("test.faulty")}");
        clock.Advance(TimeSpan.FromSeconds(60));
        await Eventually.StateAsync(_sandbox, "test.faulty", PluginState.CrashLooping);
        Assert.Equal(
            "Failed 3 times in a row; waits for Retry or a new version. Load threw InvalidOperationException: boom in the startup",
            _sandbox.Status("test.faulty").Reason);

        // The author mends it; a person presses Retry.
        var manifest = Path.Combine(folder, "plugin.json");
        File.WriteAllText(manifest, File.ReadAllText(manifest).Replace(",\"startup\":\"Faulty.ThrowingStartup\"", "", StringComparison.Ordinal));
        await _sandbox.Host.RetryAsync("test.faulty", default);
        Assert.Equal(PluginState.Active, _sandbox.Status("test.faulty").State);
    }

    private void AssertState(string id, PluginState state, string reason)
    {
        var status = _sandbox.Status(id);
        Assert.Equal((state, reason), (status.State, status.Reason));
        Assert.Null(status.RunningVersion);
    }
}
