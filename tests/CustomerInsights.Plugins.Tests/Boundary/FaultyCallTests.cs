using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Components;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Boundary;

/// <summary>The same in the host's process.</summary>
public sealed class FaultyCallTests() : FaultyCallCases(IsolationMode.InProcess)
{
    [Theory]
    [InlineData("check", "hangIgnoringCancellation", "CheckAsync did not answer within 500 ms")]
    [InlineData("check", "block", "CheckAsync did not answer within 500 ms")]
    [InlineData("discover", "hangIgnoringCancellation", "DiscoverAsync did not answer within 500 ms")]
    [InlineData("read", "hangIgnoringCancellation", "ReadAsync did not answer within 500 ms")]
    [InlineData("describe", "block", "Describe did not answer within 2 s")]
    [InlineData("enrich", "hangIgnoringCancellation", "EnrichAsync did not answer within 500 ms")]
    [InlineData("run", "block", "RunAsync did not answer within 500 ms")]
    [InlineData("open", "hangIgnoringCancellation", "OpenAsync did not answer within 500 ms")]
    [InlineData("write", "hangIgnoringCancellation", "WriteAsync did not answer within 500 ms")]
    [InlineData("commit", "block", "CommitAsync did not answer within 500 ms")]
    public async Task A_call_that_hangs_for_good_is_abandoned_and_the_plugin_is_faulted(string call, string how, string begin)
    {
        var failure = await FailAsync(call, how);
        Assert.Equal(FailureKind.Bug, failure.Kind);
        Assert.Equal($"{begin} and did not stop within 150 ms of being cancelled. It was abandoned.", failure.Message);
        await Eventually.StateAsync(Sandbox, "test.faulty", PluginState.Faulted);
        var status = Sandbox.Status("test.faulty");
        Assert.Equal(failure.Message, status.Reason);
        Assert.NotNull(status.RetryAt);
        Assert.Null(status.RunningVersion);

        // Who calls now hears why; who presses Retry gets a fresh copy.
        var refused = await FailAsync("check", "none");
        Assert.Equal($"The plugin test.faulty does not run (Faulted): {failure.Message}", refused.Message);
        await Sandbox.Host.RetryAsync("test.faulty", default);
        Assert.Equal(PluginState.Active, Sandbox.Status("test.faulty").State);
    }

    [Fact]
    public async Task A_dispose_that_hangs_is_abandoned()
    {
        await CallAsync("read", PluginSandbox.Fault("dispose", "hangIgnoringCancellation"));
        await Eventually.StateAsync(Sandbox, "test.faulty", PluginState.Faulted);
        Assert.StartsWith("DisposeAsync did not answer within 2 s", Sandbox.Status("test.faulty").Reason, StringComparison.Ordinal);
    }
}

/// <summary>The same in a worker.</summary>
public sealed class FaultyCallInWorkerTests() : FaultyCallCases(IsolationMode.Process)
{
    [Theory]
    [InlineData("check", "hangIgnoringCancellation", "CheckAsync did not answer within 500 ms")]
    [InlineData("check", "block", "CheckAsync did not answer within 500 ms")]
    [InlineData("discover", "hangIgnoringCancellation", "DiscoverAsync did not answer within 500 ms")]
    [InlineData("read", "hangIgnoringCancellation", "ReadAsync did not answer within 500 ms")]
    [InlineData("describe", "block", "Describe did not answer within 2 s")]
    [InlineData("enrich", "hangIgnoringCancellation", "EnrichAsync did not answer within 500 ms")]
    [InlineData("run", "block", "RunAsync did not answer within 500 ms")]
    [InlineData("open", "hangIgnoringCancellation", "OpenAsync did not answer within 500 ms")]
    [InlineData("write", "hangIgnoringCancellation", "WriteAsync did not answer within 500 ms")]
    [InlineData("commit", "block", "CommitAsync did not answer within 500 ms")]
    public async Task A_call_that_hangs_for_good_ends_the_worker_and_the_next_one_gets_a_fresh_one(string call, string how, string begin)
    {
        var failure = await FailAsync(call, how);
        Assert.Equal(FailureKind.Bug, failure.Kind);
        Assert.Equal($"{begin} and did not stop within 150 ms of being cancelled. Its worker process was ended.", failure.Message);
        await Eventually.StateAsync(Sandbox, "test.faulty", PluginState.Degraded);
        var status = Sandbox.Status("test.faulty");
        Assert.Equal("worker-ended", status.Code);
        Assert.StartsWith($"The worker process of test.faulty 1.0.0 was ended: {begin} and did not stop within 150 ms of being cancelled. (End 1 of 5", status.Reason, StringComparison.Ordinal);
        Assert.Equal("1.0.0", status.RunningVersion);

        // Who calls at once hears how long to wait; who presses Retry need not.
        var refused = await FailAsync("check", "none");
        Assert.Equal(FailureKind.Transient, refused.Kind);
        Assert.NotNull(refused.RetryAfter);
        await Sandbox.Host.RetryAsync("test.faulty", default);
        await CallAsync("check", PluginSandbox.Fault("none", "none"));
    }

    [Fact]
    public async Task A_dispose_that_hangs_ends_the_worker()
    {
        await CallAsync("read", PluginSandbox.Fault("dispose", "hangIgnoringCancellation"));
        await Eventually.StateAsync(Sandbox, "test.faulty", PluginState.Degraded);
        Assert.Contains("DisposeAsync did not answer within 2 s", Sandbox.Status("test.faulty").Reason, StringComparison.Ordinal);
    }
}

/// <summary>A plugin that throws or hangs in each call, wherever it runs; the message is what people get to read.</summary>
public abstract class FaultyCallCases(IsolationMode isolation) : IAsyncLifetime
{
    private readonly PluginSandbox _sandbox = new();

    private protected PluginSandbox Sandbox => _sandbox;

    // Makes each kind of call; the name is the one that the faulty plugin knows.
    private static readonly Dictionary<string, Func<PluginHost, byte[], Task>> Calls = new(StringComparer.Ordinal)
    {
        ["check"] = async (host, config) =>
        {
            await using var source = await host.OpenSourceAsync("test.faulty", "source", "c1", config, default);
            await source.CheckAsync(default);
        },
        ["discover"] = async (host, config) =>
        {
            await using var source = await host.OpenSourceAsync("test.faulty", "source", "c1", config, default);
            await source.DiscoverAsync(default);
        },
        ["read"] = async (host, config) =>
        {
            await using var source = await host.OpenSourceAsync("test.faulty", "source", "c1", config, default);
            await source.ReadAsync(PluginSandbox.Rows, default).ToListAsync();
        },
        ["upgrade"] = async (host, config) =>
        {
            await using var source = await host.OpenSourceAsync("test.faulty", "source", "c1", config, default);
            await source.CheckAsync(default);
            await source.UpgradeStateAsync("rows", new StreamState(1, "{}"u8.ToArray()), default);
        },
        ["describe"] = async (host, config) =>
        {
            await using var enrichment = await host.OpenEnrichmentAsync("test.faulty", "profile", "c1", config, default);
            await enrichment.DescribeAsync(default);
        },
        ["enrich"] = async (host, config) =>
        {
            await using var enrichment = await host.OpenEnrichmentAsync("test.faulty", "profile", "c1", config, default);
            await enrichment.EnrichAsync([new ProfileInput("p1", ["a"]), new ProfileInput("p2", ["b"])], default);
        },
        ["run"] = async (host, config) =>
        {
            await using var enrichment = await host.OpenEnrichmentAsync("test.faulty", "population", "c1", config, default);
            await enrichment.RunAsync(new Nobody(), null, default).ToListAsync();
        },
        ["open"] = (host, config) => WithSessionAsync(host, config, _ => Task.CompletedTask),
        ["write"] = (host, config) => WithSessionAsync(host, config, session => session.WriteAsync("b1", [new ExportMember("p1", MemberChange.Added, [])], default)),
        ["commit"] = (host, config) => WithSessionAsync(host, config, session => session.CommitAsync(default)),
        ["abort"] = (host, config) => WithSessionAsync(host, config, session => session.AbortAsync(default)),
    };

    public static TheoryData<string, string> AllCalls => new()
    {
        { "check", "CheckAsync" }, { "discover", "DiscoverAsync" }, { "read", "ReadAsync" }, { "upgrade", "UpgradeStateAsync" },
        { "describe", "Describe" }, { "enrich", "EnrichAsync" }, { "run", "RunAsync" },
        { "open", "OpenAsync" }, { "write", "WriteAsync" }, { "commit", "CommitAsync" }, { "abort", "AbortAsync" },
    };

    public async Task InitializeAsync()
    {
        _sandbox.Add("test.faulty");
        await _sandbox.StartAsync(isolation, PluginSandbox.Fast with { Short = TimeSpan.FromSeconds(2), Check = TimeSpan.FromMilliseconds(500), Discover = TimeSpan.FromMilliseconds(500), Silence = TimeSpan.FromMilliseconds(500) });

        // Compiled once, so that the short limits measure the plugin and not the compiler.
        foreach (var call in Calls.Values)
        {
            try
            {
                await call(_sandbox.Host, PluginSandbox.Fault("none", "none"));
            }
            catch (PluginCallException error) when (error.Failure.Kind == FailureKind.Transient)
            {
                // The machine is busy; the test itself will tell.
            }
        }
    }

    public Task DisposeAsync() => _sandbox.DisposeAsync().AsTask();

    [Theory]
    [MemberData(nameof(AllCalls))]
    public async Task A_call_that_throws_fails_as_a_bug_with_its_text_and_leaves_the_plugin_degraded(string call, string name)
    {
        var failure = await FailAsync(call, "throw");
        Assert.Equal(FailureKind.Bug, failure.Kind);
        Assert.Equal($"{name} threw InvalidOperationException: boom in {call}", failure.Message);
        Assert.Contains("Faulty.Fault.At(", failure.Detail, StringComparison.Ordinal);
        var status = _sandbox.Status("test.faulty");
        Assert.Equal(PluginState.Degraded, status.State);
        Assert.Equal(failure.Message, status.Reason);
        await Calls["check"](_sandbox.Host, PluginSandbox.Fault("none", "none"));
    }

    [Theory]
    [MemberData(nameof(AllCalls))]
    public async Task A_call_that_throws_what_it_may_fails_as_what_it_says_and_the_plugin_stays_active(string call, string name)
    {
        var failure = await FailAsync(call, "throwKnown");
        Assert.Equal(FailureKind.Authentication, failure.Kind);
        Assert.Equal("The key was refused; make a new one.", failure.Message);
        Assert.Equal("/key", failure.ConfigurationPath);
        Assert.Equal(TimeSpan.FromSeconds(3), failure.RetryAfter);
        Assert.True(_sandbox.Status("test.faulty").State == PluginState.Active, name);
    }

    [Theory]
    [MemberData(nameof(AllCalls))]
    public async Task A_call_that_hangs_and_obeys_its_token_times_out(string call, string name)
    {
        if (call is "describe")
        {
            return; // Not asynchronous: it cannot obey.
        }

        var failure = await FailAsync(call, "hang");
        Assert.Equal(FailureKind.Transient, failure.Kind);
        Assert.Equal($"{name} did not answer within {(call == "abort" ? "2 s" : "500 ms")} and was cancelled.", failure.Message);
        Assert.Equal(PluginState.Active, _sandbox.Status("test.faulty").State);
    }

    [Fact]
    public async Task An_exception_that_resists_being_looked_at_becomes_text_all_the_same()
    {
        var failure = await FailAsync("check", "throwOwn");
        Assert.Equal("CheckAsync threw HostileException: Faulty.Fault+HostileException", failure.Message);
    }

    [Fact]
    public async Task A_constructor_that_throws_fails_the_opening()
    {
        var error = await Assert.ThrowsAsync<PluginCallException>(async () =>
            await _sandbox.Host.OpenSourceAsync("test.faulty", "constructor", "c1", "{}"u8.ToArray(), default));
        Assert.Equal("Faulty.FaultyConstructor threw InvalidOperationException: boom in the constructor", error.Failure.Message);
    }

    [Theory]
    [InlineData("dispose", "DisposeAsync threw InvalidOperationException: boom in dispose")]
    [InlineData("readDispose", "ReadAsync (dispose) threw InvalidOperationException: boom in readDispose")]
    public async Task A_dispose_that_throws_is_reported_and_hurts_nobody(string call, string message)
    {
        await using (var source = await _sandbox.OpenFaultyAsync(call, "throw"))
        {
            await foreach (var first in source.ReadAsync(PluginSandbox.Rows, default))
            {
                Assert.IsType<RecordBatch>(first);
                break;
            }
        }

        // A worker reads ahead: there the end of the read may meet the cancelling, and a step that was cancelled is not heard.
        if (isolation != IsolationMode.InProcess && call == "readDispose")
        {
            await CallAsync("check", PluginSandbox.Fault("none", "none"));
            return;
        }

        await Eventually.TrueAsync(() => _sandbox.Status("test.faulty").Reason == message, () => _sandbox.Status("test.faulty").Reason);
    }

    [Fact]
    public async Task Five_bugs_in_a_row_make_a_fault()
    {
        for (var i = 0; i < 5; i++)
        {
            await FailAsync("check", "throw");
        }

        await Eventually.StateAsync(_sandbox, "test.faulty", PluginState.Faulted);
        Assert.Equal(
            "5 calls in a row failed by the plugin's own fault. The last: CheckAsync threw InvalidOperationException: boom in check",
            _sandbox.Status("test.faulty").Reason);
    }

    [Fact]
    public async Task The_callers_own_cancelling_is_no_failure_of_the_plugin()
    {
        await using var source = await _sandbox.OpenFaultyAsync("check", "hang");
        using var cancel = new CancellationTokenSource(20);
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => source.CheckAsync(cancel.Token));
        Assert.Equal(PluginState.Active, _sandbox.Status("test.faulty").State);
    }

    [Fact]
    public async Task The_plugin_runs_off_the_callers_thread_without_the_callers_ambient_values()
    {
        var ambient = new AsyncLocal<string> { Value = "the request" };
        await using var source = await _sandbox.OpenFaultyAsync("check", "block");
        var call = source.CheckAsync(default);
        Assert.False(call.IsCompleted, "The caller's thread was held by a plugin that blocks.");
        await Assert.ThrowsAsync<PluginCallException>(() => call);
        Assert.Equal("the request", ambient.Value);
    }

    private protected Task CallAsync(string call, byte[] configuration) => Calls[call](_sandbox.Host, configuration);

    private protected async Task<PluginFailure> FailAsync(string call, string how)
    {
        var error = await Assert.ThrowsAsync<PluginCallException>(() => Calls[call](_sandbox.Host, PluginSandbox.Fault(call, how)));
        return error.Failure;
    }

    private static async Task WithSessionAsync(PluginHost host, byte[] config, Func<PluginExportSession, Task> use)
    {
        await using var export = await host.OpenExportAsync("test.faulty", null, "c1", config, default);
        await using var session = await export.OpenAsync(new ExportJob("r", "e", "s", [], 1, DateTimeOffset.UnixEpoch), default);
        await use(session);
    }

    private sealed class Nobody : IPopulation
    {
        public long Count => 0;

        public DateTimeOffset AsOf => DateTimeOffset.UnixEpoch;

        public IAsyncEnumerable<IReadOnlyList<ProfileInput>> ReadAsync(string? afterProfileId, CancellationToken cancellationToken) =>
            AsyncEnumerable.Empty<IReadOnlyList<ProfileInput>>();
    }
}
