using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Tests.Kit;

namespace CustomerInsights.Plugins.Tests.Marks;

public sealed class RunMarksTests : IAsyncLifetime
{
    private readonly PluginSandbox _sandbox = new();

    private string Folder => Path.Combine(_sandbox.DataDirectory, "plugin-marks");

    public Task InitializeAsync()
    {
        _sandbox.Add("test.faulty");
        return Task.CompletedTask;
    }

    public Task DisposeAsync() => _sandbox.DisposeAsync().AsTask();

    [Fact]
    public async Task The_mark_says_what_runs_in_process_and_goes_with_it()
    {
        await _sandbox.StartAsync();
        Assert.Contains("\"phase\":\"active\"", Mark(), StringComparison.Ordinal);
        await using (var source = await _sandbox.OpenFaultyAsync("read", "none"))
        {
            var reading = source.ReadAsync(PluginSandbox.Rows, default).GetAsyncEnumerator();
            await reading.MoveNextAsync();
            Assert.Contains("\"calls\":[\"ReadAsync\"]", Mark(), StringComparison.Ordinal);
            await reading.DisposeAsync();
            Assert.Contains("\"callCount\":0", Mark(), StringComparison.Ordinal);
        }

        await _sandbox.SetAsync("test.faulty", plugin => plugin with { Enabled = false });
        await Eventually.StateAsync(_sandbox, "test.faulty", PluginState.Unloaded);
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task What_still_is_in_memory_keeps_its_mark_and_an_end_in_peace_takes_all_away()
    {
        await _sandbox.StartAsync();
        await using (var source = await _sandbox.OpenFaultyAsync("check", "leakThread"))
        {
            await source.CheckAsync(default);
        }

        await _sandbox.SetAsync("test.faulty", plugin => plugin with { Enabled = false });
        await Eventually.StateAsync(_sandbox, "test.faulty", PluginState.Leaked);
        Assert.Contains("\"phase\":\"stopped\"", Mark(), StringComparison.Ordinal);
        await _sandbox.Host.DisposeAsync();
        Assert.Empty(Directory.GetFiles(Folder));
    }

    [Fact]
    public async Task In_a_worker_there_is_no_mark()
    {
        await _sandbox.StartAsync(IsolationMode.Process);
        Assert.False(Directory.Exists(Folder));
    }

    private string Mark() => File.ReadAllText(Assert.Single(Directory.GetFiles(Folder)));
}
