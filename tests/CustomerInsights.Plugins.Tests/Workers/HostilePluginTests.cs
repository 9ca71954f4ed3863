using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Workers;

/// <summary>Plugins that would take the host down in its own process. In a worker only their call fails, and the host goes on answering.</summary>
public sealed class HostilePluginTests : IAsyncLifetime
{
    private const string Hostile = "test.hostile";

    private static readonly PluginLimits Limits = PluginSandbox.Fast with
    {
        Check = TimeSpan.FromSeconds(20),
        Discover = TimeSpan.FromSeconds(20),
        Silence = TimeSpan.FromSeconds(20),
        StopGrace = TimeSpan.FromMilliseconds(300),
    };

    private readonly PluginSandbox _sandbox = new();

    public Task InitializeAsync()
    {
        _sandbox.Add(Hostile);
        _sandbox.Add("test.healthy");
        _sandbox.WriteDesired("""{"plugins":[{"id":"test.hostile","isolation":"process"},{"id":"test.healthy"}]}""");
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _sandbox.DisposeAsync().AsTask();

    [Theory]
    [InlineData("ownThread", "exit code 134 (aborted): Unhandled exception. System.InvalidOperationException: boom on its own thread")]
    [InlineData("asyncVoid", "exit code 134 (aborted): Unhandled exception. System.InvalidOperationException: boom in async void")]
    [InlineData("stackOverflow", "exit code 134 (aborted): Stack overflow.")]
    [InlineData("failFast", "exit code 134 (aborted): Process terminated.")]
    [InlineData("exit", "exit code 7.")]
    public async Task A_crash_fails_the_running_call_and_nothing_else(string how, string told)
    {
        await _sandbox.StartAsync(Limits);
        await using var source = await OpenAsync(how);
        using var answering = new CancellationTokenSource();
        var others = AnswerAllTheTimeAsync(answering.Token);
        var failure = await FailAsync(() => source.CheckAsync(default));
        Assert.Equal(FailureKind.Bug, failure.Kind);
        Assert.StartsWith($"The worker process of test.hostile 1.0.0 ended by itself with {told}", failure.Message, StringComparison.Ordinal);
        await Eventually.StateAsync(_sandbox, Hostile, PluginState.Degraded);
        var step = await Eventually.TransitionAsync(_sandbox, PluginState.Degraded);
        Assert.Equal("worker-ended", step.Code);
        Assert.StartsWith(failure.Message, step.Reason, StringComparison.Ordinal);
        Assert.Contains(_sandbox.Loggers.Lines, line => line.Text.Contains(failure.Message, StringComparison.Ordinal));

        // The component is gone with its worker; a new one is to be had after the back-off.
        Assert.Equal(failure.Message, (await FailAsync(() => source.CheckAsync(default))).Message);
        await Eventually.TrueAsync(() => Volatile.Read(ref _answers) > 3, () => $"{_answers} answers");
        await answering.CancelAsync();
        Assert.True(await others < TimeSpan.FromSeconds(20), "The host stood still while a worker died.");
        await AgainAsync();
    }

    [Fact]
    public async Task What_was_read_before_a_crash_stands()
    {
        await _sandbox.StartAsync(Limits);
        await using var source = await OpenAsync("failFast");
        var read = new List<SourceMessage>();
        var failure = await FailAsync(async () =>
        {
            await foreach (var message in source.ReadAsync(PluginSandbox.Rows, default))
            {
                read.Add(message);
            }
        });
        Assert.Equal(FailureKind.Bug, failure.Kind);
        Assert.Collection(read, message => Assert.IsType<RecordBatch>(message), message => Assert.IsType<Checkpoint>(message));
    }

    [Fact]
    public async Task One_that_hangs_is_killed_with_its_process()
    {
        await _sandbox.StartAsync(Limits with { Check = TimeSpan.FromMilliseconds(500) });
        await using var source = await OpenAsync("hang");
        var failure = await FailAsync(() => source.CheckAsync(default));
        Assert.Equal("CheckAsync did not answer within 500 ms and did not stop within 300 ms of being cancelled. Its worker process was ended.", failure.Message);
        await Eventually.StateAsync(_sandbox, Hostile, PluginState.Degraded);
    }

    [Fact]
    public async Task One_that_ignores_a_cancellation_is_killed_with_its_process()
    {
        await _sandbox.StartAsync(Limits);
        await using var source = await OpenAsync("ignoreCancellation");
        using var cancel = new CancellationTokenSource();
        var check = source.CheckAsync(cancel.Token);
        await Eventually.TrueAsync(() => _sandbox.Loggers.Lines.Any(line => line.Text == "deaf"), () => "The call has not begun.");
        await cancel.CancelAsync();
        var failure = await FailAsync(() => check);
        Assert.Equal("CheckAsync did not stop within 300 ms of being cancelled. Its worker process was ended.", failure.Message);
        await Eventually.StateAsync(_sandbox, Hostile, PluginState.Degraded);
    }

    [Fact]
    public async Task What_it_writes_beside_its_own_folder_stays_and_what_it_writes_into_its_package_is_found_out()
    {
        using var packages = new Packaging.Packages();
        var package = Path.Combine(_sandbox.Root, Hostile, "1.0.0");
        Directory.Delete(package, recursive: true);
        using (var archive = Packaging.Packages.Open(await packages.PackAsync(id: Hostile)))
        {
            await archive.ExtractAsync(package, null, CancellationToken.None);
        }

        var gate = new CustomerInsights.Plugins.Packaging.PackageGate(Path.Combine(_sandbox.Root, Hostile), new Packaging.FixedTrust(packages.Trusting()));
        await _sandbox.StartAsync(Limits, gate: gate);
        var (beside, within) = (Path.Combine(_sandbox.Root, "written"), Path.Combine(package, "lib", "more.dll"));
        await using (var source = await _sandbox.Host.OpenSourceAsync(Hostile, null, "c1", PluginSandbox.Fault($"{beside};{within}", "write"), default))
        {
            // Files are what the host's user may: a worker is no wall for them, and the manual says so.
            Assert.True((await source.CheckAsync(default)).Ok);
        }

        Assert.True(File.Exists(beside));
        await _sandbox.Host.ReloadAsync(Hostile, default);
        var status = _sandbox.Status(Hostile);
        Assert.Equal(PluginState.Modified, status.State);
        Assert.Contains("lib/more.dll (added)", status.Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("inProcess")]
    [InlineData("process")]
    public async Task Its_own_copy_of_the_sdk_is_passed_over_and_that_is_said(string isolation)
    {
        File.Copy(Path.Combine(AppContext.BaseDirectory, "CustomerInsights.Sdk.dll"), Path.Combine(_sandbox.Root, "test.healthy", "1.0.0", "lib", "CustomerInsights.Sdk.dll"));
        _sandbox.WriteDesired($$"""{"plugins":[{"id":"test.healthy","isolation":"{{isolation}}"}]}""");
        await _sandbox.StartAsync(Limits);
        await using var source = await _sandbox.Host.OpenSourceAsync("test.healthy", null, "c2", """{"rows":1}"""u8.ToArray(), default);
        Assert.True((await source.CheckAsync(default)).Ok);
        Assert.Equal(
            "lib/ holds CustomerInsights.Sdk.dll, which the host supplies and ignores; reference the SDK with Private=\"false\" and ExcludeAssets=\"runtime\".",
            Assert.Single(_sandbox.Status("test.healthy").Problems).Message);
    }

    [Fact]
    public async Task Managed_memory_without_end_is_an_exception_of_the_plugin()
    {
        await _sandbox.StartAsync(Limits);
        await using var source = await OpenAsync("allocate");
        var failure = await FailAsync(() => source.CheckAsync(default));
        Assert.Contains("OutOfMemory", failure.Message.Replace("Out of memory", "OutOfMemory", StringComparison.Ordinal), StringComparison.Ordinal);
        await Eventually.StateAsync(_sandbox, Hostile, PluginState.Degraded);
    }

    [Fact]
    public async Task Other_memory_without_end_ends_the_worker()
    {
        await _sandbox.StartAsync(Limits);
        await using var source = await OpenAsync("allocateNative");
        var failure = await FailAsync(() => source.CheckAsync(default));
        Assert.Contains("128 MB were promised (limits.memoryMb in its manifest) and 256 MB are tolerated.", failure.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_flood_on_standard_output_is_throttled_and_counted()
    {
        await _sandbox.StartAsync(Limits);
        await using var source = await OpenAsync("flood");
        Assert.True((await source.CheckAsync(default)).Ok);
        var lines = _sandbox.Loggers.Lines.Where(line => line.Category == "Plugin.test.hostile.stdout").ToList();
        Assert.InRange(lines.Count, 1, 1000);
        Assert.All(lines, line => Assert.True(line.Text.Length <= 8000, "A line was not cut."));
    }

    [Fact]
    public async Task A_printed_secret_is_masked()
    {
        await _sandbox.StartAsync(Limits);
        await using var source = await OpenAsync("printSecret");
        Assert.True((await source.CheckAsync(default)).Ok);
        await Eventually.TrueAsync(() => _sandbox.Loggers.Lines.Count(line => line.Text is "out ***" or "err ***") == 2, () => string.Join('\n', _sandbox.Loggers.Lines));
        Assert.DoesNotContain(_sandbox.Loggers.Lines, line => line.Text.Contains(RecordingServices.Secret, StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_environment_holds_what_the_runtime_needs_and_nothing_of_the_hosts()
    {
        await _sandbox.StartAsync(Limits);
        await using var source = await OpenAsync("environment");
        var names = (await source.CheckAsync(default)).Items[0].Message!.Split(' ');
        string[] allowed = ["DOTNET_EnableDiagnostics", "DOTNET_GCHeapHardLimit", "DOTNET_ROOT", "DOTNET_SYSTEM_GLOBALIZATION_INVARIANT", "DOTNET_TieredPGO", "DOTNET_gcConcurrent", "DOTNET_gcServer", "HOME", "LANG", "LC_ALL", "PATH", "PWD", "TMPDIR", "TZ"];
        Assert.Empty(names.Except(allowed, StringComparer.Ordinal));
    }

    [Theory]
    [InlineData(IsolationMode.Process, "connected")]
    [InlineData(IsolationMode.SandboxedProcess, "NetworkUnreachable")]
    public async Task In_the_sandbox_there_is_no_network_not_even_loopback(IsolationMode isolation, string told)
    {
        if (await new Plugins.Workers.WorkerPlace(null).ObjectionAsync(isolation) is { } objection)
        {
            // Refused and said, which another test holds; there is nothing to try here.
            Assert.Contains("network namespace", objection, StringComparison.Ordinal);
            return;
        }

        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        await _sandbox.StartAsync(isolation, Limits);
        var port = ((IPEndPoint)listener.LocalEndpoint).Port.ToString(CultureInfo.InvariantCulture);
        await using var source = await _sandbox.Host.OpenSourceAsync(Hostile, null, "c1", PluginSandbox.Fault(port, "network"), default);
        Assert.Equal(told, (await source.CheckAsync(default)).Items[0].Message);
    }

    [Fact]
    public async Task The_fifth_crash_within_ten_minutes_is_the_last_until_somebody_presses_retry()
    {
        var clock = new ManualTimeProvider(DateTimeOffset.UnixEpoch.AddYears(60));
        await _sandbox.StartAsync(Limits, clock);
        for (var i = 1; i <= 5; i++)
        {
            await using var source = await OpenAsync("exit");
            await FailAsync(() => source.CheckAsync(default));
            var state = i < 5 ? PluginState.Degraded : PluginState.CrashLooping;
            await Eventually.TrueAsync(
                () => _sandbox.Status(Hostile).State == state && _sandbox.Status(Hostile).Reason.Contains(i < 5 ? $"End {i} of 5" : "ended 5 times", StringComparison.Ordinal),
                () => $"{i}: {_sandbox.Status(Hostile)}");
            var refused = await FailAsync(async () => await OpenAsync("none"));
            Assert.Contains(i < 5 ? "starts again in" : "does not run (CrashLooping)", refused.Message, StringComparison.Ordinal);
            clock.Advance(TimeSpan.FromSeconds(61));
        }

        await _sandbox.Host.RetryAsync(Hostile, default);
        await using var again = await OpenAsync("none");
        Assert.True((await again.CheckAsync(default)).Ok);
    }

    [Fact]
    public async Task An_idle_worker_is_stopped_and_starts_again_at_the_next_use()
    {
        await _sandbox.StartAsync(Limits with { WorkerIdle = TimeSpan.FromMilliseconds(100) });
        await AgainAsync();
        await Eventually.TrueAsync(() => _sandbox.Loggers.Lines.Any(line => line.Text.Contains("nothing was open in it", StringComparison.Ordinal)), () => string.Join('\n', _sandbox.Loggers.Lines));
        await AgainAsync();
        Assert.Equal(PluginState.Active, _sandbox.Status(Hostile).State);
    }

    private int _answers;

    // The longest that another plugin's caller had to wait.
    private async Task<TimeSpan> AnswerAllTheTimeAsync(CancellationToken cancellationToken)
    {
        var longest = TimeSpan.Zero;
        while (!cancellationToken.IsCancellationRequested)
        {
            var watch = Stopwatch.StartNew();
            await using var source = await _sandbox.Host.OpenSourceAsync("test.healthy", null, "c2", """{"rows":1}"""u8.ToArray(), default);
            Assert.True((await source.CheckAsync(default)).Ok);
            longest = watch.Elapsed > longest ? watch.Elapsed : longest;
            Interlocked.Increment(ref _answers);
            await Task.Delay(5, CancellationToken.None);
        }

        return longest;
    }

    private ValueTask<Plugins.Components.PluginSource> OpenAsync(string how) =>
        _sandbox.Host.OpenSourceAsync(Hostile, null, "c1", PluginSandbox.Fault("check", how), default);

    private async Task AgainAsync()
    {
        await _sandbox.Host.RetryAsync(Hostile, default);
        await using var source = await OpenAsync("none");
        Assert.True((await source.CheckAsync(default)).Ok);
    }

    private static async Task<PluginFailure> FailAsync(Func<Task> call) => (await Assert.ThrowsAsync<PluginCallException>(call)).Failure;
}
