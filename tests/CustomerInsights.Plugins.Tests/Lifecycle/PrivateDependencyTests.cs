using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Tests.Kit;

namespace CustomerInsights.Plugins.Tests.Lifecycle;

public sealed class PrivateDependencyTests : IAsyncLifetime
{
    private readonly PluginSandbox _sandbox = new();

    public async Task InitializeAsync()
    {
        _sandbox.Add("test.newtonsoft-new");
        _sandbox.Add("test.newtonsoft-old");
        await _sandbox.StartAsync(PluginSandbox.Fast with { Check = TimeSpan.FromSeconds(20), UnloadRechecks = [TimeSpan.FromHours(1)] });
    }

    public Task DisposeAsync() => _sandbox.DisposeAsync().AsTask();

    [Fact]
    public async Task Two_versions_of_a_library_run_side_by_side()
    {
        Assert.Equal("13.0", await VersionAsync("test.newtonsoft-new"));
        Assert.Equal("12.0", await VersionAsync("test.newtonsoft-old"));
    }

    /// <summary>Newtonsoft.Json and the validation attributes leave the plugin's types in TypeDescriptor's caches.</summary>
    [Fact]
    public async Task A_plugin_that_filled_caches_of_the_runtime_leaves_memory_all_the_same()
    {
        for (var round = 0; round < 3; round++)
        {
            await VersionAsync("test.newtonsoft-new");
            await _sandbox.Host.ReloadAsync("test.newtonsoft-new", default);
            Assert.True(_sandbox.Status("test.newtonsoft-new").PendingUnloads == 0, _sandbox.Services.Path("test.newtonsoft-new"));
        }
    }

    [Fact]
    public void The_private_fields_that_are_scrubbed_are_those_of_this_runtime()
    {
        Assert.Empty(RuntimeCaches.Unknown());
    }

    private async Task<string> VersionAsync(string id)
    {
        await using var source = await _sandbox.Host.OpenSourceAsync(id, null, "c1", "{}"u8.ToArray(), default);
        var item = Assert.Single((await source.CheckAsync(default)).Items);
        Assert.True(item.Ok);
        return item.Name;
    }
}
