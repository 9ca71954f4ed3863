using System.Runtime.CompilerServices;
using CustomerInsights.Bench.Lifecycle;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Lifecycle;

/// <summary>A stopped version leaves memory: the point of collectible contexts, and the promise that is easiest to break.</summary>
public sealed class UnloadTests : IAsyncLifetime
{
    private static readonly PluginLimits Patient = PluginSandbox.Fast with
    {
        Check = TimeSpan.FromSeconds(5),
        Discover = TimeSpan.FromSeconds(5),
        Silence = TimeSpan.FromSeconds(5),
        StopGrace = TimeSpan.FromSeconds(2),
    };

    private readonly PluginSandbox _sandbox = new();

    public Task InitializeAsync() => Task.CompletedTask;

    public Task DisposeAsync() => _sandbox.DisposeAsync().AsTask();

    [Fact]
    public async Task A_plugin_leaves_memory_20_times_over_after_real_use()
    {
        _sandbox.Add("test.healthy");
        await _sandbox.StartAsync(Patient);
        for (var round = 1; round <= 20; round++)
        {
            await HealthyUse.RunAsync(_sandbox.Host, default);
            await _sandbox.Host.ReloadAsync("test.healthy", default);
            var status = _sandbox.Status("test.healthy");
            Assert.True(
                status is { State: PluginState.Active, PendingUnloads: 0, Leaked: 0 },
                $"Round {round}: {status}");
        }

        await _sandbox.SetAsync("test.healthy", plugin => plugin with { Enabled = false });
        await Eventually.StateAsync(_sandbox, "test.healthy", PluginState.Unloaded);
    }

    [Fact]
    public async Task The_weak_reference_of_a_stopped_instance_is_dead()
    {
        var folder = _sandbox.Add("test.healthy");
        var package = await PackageReader.ReadAsync(folder, default);
        for (var round = 1; round <= 3; round++)
        {
            var context = await LoadAndStopAsync(package);
            Assert.True(await Unloading.TryCollectAsync(context), $"Round {round}");
            Assert.False(context.IsAlive);
        }
    }

    [Fact]
    public async Task A_component_and_an_open_read_that_the_host_forgot_do_not_hold_it()
    {
        _sandbox.Add("test.healthy");
        await _sandbox.StartAsync(Patient);
        var source = await HealthyUse.OpenAsync(_sandbox.Host, """{"rows":100}""", default);
        var reading = source.ReadAsync(PluginSandbox.Rows, default).GetAsyncEnumerator();
        Assert.True(await reading.MoveNextAsync());
        await _sandbox.SetAsync("test.healthy", plugin => plugin with { Enabled = false });
        await Eventually.StateAsync(_sandbox, "test.healthy", PluginState.Unloaded);
        var error = await Assert.ThrowsAsync<PluginCallException>(async () => await reading.MoveNextAsync());
        Assert.Equal(FailureKind.Transient, error.Failure.Kind);
        Assert.Contains("is stopped or being stopped", error.Failure.Message, StringComparison.Ordinal);
        await Assert.ThrowsAsync<PluginCallException>(() => source.CheckAsync(default));
        await source.DisposeAsync();
    }

    [Theory]
    [InlineData("leakThread")]
    [InlineData("leakTimer")]
    [InlineData("leakEvent")]
    public async Task A_plugin_that_leaks_is_reported_as_pending_and_then_as_leaked(string how)
    {
        _sandbox.Add("test.faulty");
        await _sandbox.StartAsync(Patient);
        await CheckOnceAsync(how);
        await _sandbox.SetAsync("test.faulty", plugin => plugin with { Enabled = false });
        await Eventually.StateAsync(_sandbox, "test.faulty", PluginState.Leaked);
        await Eventually.PathEndsAsync(_sandbox, "test.faulty", "Draining Stopped UnloadPending Leaked");
        var status = _sandbox.Status("test.faulty");
        Assert.Equal(1, status.Leaked);
        Assert.Equal(
            "1.0.0 is stopped, but something keeps it in memory: a thread, a timer, an endless task, or a static event that it subscribed to. It stays until the host restarts.",
            status.Reason);

        // A leak is no reason to refuse the plugin: it can be enabled again.
        await _sandbox.SetAsync("test.faulty", plugin => plugin with { Enabled = true });
        await Eventually.StateAsync(_sandbox, "test.faulty", PluginState.Active);
    }

    [MethodImpl(MethodImplOptions.NoInlining)]
    private async Task<WeakReference> LoadAndStopAsync(PluginPackage package)
    {
        var options = new PluginHostOptions { DataDirectory = _sandbox.DataDirectory, Roots = [_sandbox.Root], Limits = Patient };
        var load = new PluginLoad(package, PluginGrants.None, options, _sandbox.Services, _sandbox.Loggers, TimeProvider.System, new DeafHealth());
        var instance = await PluginInstance.LoadAsync(load, default);
        await instance.CreateAsync(package.Contributions[0], "c1", "{}"u8.ToArray(), default);
        return await instance.StopAsync();
    }

    private async Task CheckOnceAsync(string how)
    {
        await using var source = await _sandbox.OpenFaultyAsync("check", how);
        await source.CheckAsync(default);
    }

    private sealed class DeafHealth : IPluginHealth
    {
        public void Succeeded()
        {
            // Nothing depends on it here.
        }

        public void Misbehaved(string call, PluginFailure failure) => throw new InvalidOperationException(failure.ToString());

        public void Abandoned(string call, PluginFailure failure) => throw new InvalidOperationException(failure.ToString());

        public void WorkerEnded(string message, string? evidence, bool givenUp) => throw new InvalidOperationException(message);

        public void CannotLoad(PluginFailure failure) => throw new InvalidOperationException(failure.ToString());
    }
}
