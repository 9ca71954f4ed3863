using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Tests.Kit;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Boundary;

/// <summary>A read is measured by its silence, not by its length.</summary>
public sealed class SilenceTests : IAsyncLifetime
{
    private readonly PluginSandbox _sandbox = new();

    public async Task InitializeAsync()
    {
        _sandbox.Add("test.faulty");
        await _sandbox.StartAsync(PluginSandbox.Fast with { Silence = TimeSpan.FromSeconds(2), StopGrace = TimeSpan.FromSeconds(2) });
    }

    public Task DisposeAsync() => _sandbox.DisposeAsync().AsTask();

    [Fact]
    public async Task A_slow_reader_is_not_the_plugins_silence()
    {
        await using var source = await _sandbox.OpenFaultyAsync("", "");
        await foreach (var message in source.ReadAsync(PluginSandbox.Rows, default))
        {
            await Task.Delay(message is StreamEnded ? 0 : 2200);
        }
    }

    [Fact]
    public async Task A_source_that_asked_for_patience_is_given_it()
    {
        await using var source = await _sandbox.OpenFaultyAsync("", "waiting");
        var messages = await source.ReadAsync(PluginSandbox.Rows, default).ToListAsync();
        Assert.Equal("Too many requests.", Assert.Single(messages.OfType<StreamWaiting>()).Reason);
    }

    [Fact]
    public void The_patience_lasts_to_the_moment_it_asked_for()
    {
        var rules = new SourceRules(PluginSandbox.Rows);
        var until = DateTimeOffset.UnixEpoch.AddHours(1);
        rules.Check(new StreamWaiting("rows", until, "Quota."));
        Assert.Equal(until, rules.WaitingUntil);
        rules.Check(new RejectedRecord("rows", "Bad."));
        Assert.Null(rules.WaitingUntil);
    }

    [Fact]
    public async Task A_read_that_is_cancelled_while_the_plugin_hangs_ends_and_tells()
    {
        await using var source = await _sandbox.OpenFaultyAsync("read", "hangIgnoringCancellation");
        using var cancel = new CancellationTokenSource();
        var error = await Assert.ThrowsAsync<PluginCallException>(async () =>
        {
            await foreach (var message in source.ReadAsync(PluginSandbox.Rows, cancel.Token))
            {
                Assert.IsType<RecordBatch>(message);
                cancel.CancelAfter(20);
            }
        });
        Assert.Equal("ReadAsync did not stop within 2 s of being cancelled. It was abandoned.", error.Failure.Message);
        await Eventually.StateAsync(_sandbox, "test.faulty", PluginState.Faulted, seconds: 15);
    }

    [Fact]
    public async Task A_reader_that_leaves_early_ends_the_plugins_stream()
    {
        await using var source = await _sandbox.OpenFaultyAsync("", "");
        await foreach (var message in source.ReadAsync(PluginSandbox.Rows, default))
        {
            Assert.IsType<RecordBatch>(message);
            break;
        }

        Assert.Equal(0, _sandbox.Status("test.faulty").RunningCalls);
        Assert.Single((await source.DiscoverAsync(default)).Streams);
    }
}
