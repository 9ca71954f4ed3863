using System.Text;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Tests.Kit;

namespace CustomerInsights.Plugins.Tests.Http;

/// <summary>A host with the plugin test.web, which asks servers.</summary>
internal sealed class WebSandbox : IAsyncDisposable
{
    internal const string Loopback = """{"ranges":["127.0.0.1/32"]}""";

    internal static readonly PluginLimits Limits = PluginSandbox.Fast with { Check = TimeSpan.FromSeconds(20), Discover = TimeSpan.FromSeconds(20) };

    private readonly PluginSandbox _sandbox = new();

    internal WebSandbox() => _sandbox.Add("test.web");

    internal PluginHost Host => _sandbox.Host;

    internal PluginStatus Status => _sandbox.Status("test.web");

    internal RecordingLoggers Loggers => _sandbox.Loggers;

    public ValueTask DisposeAsync() => _sandbox.DisposeAsync();

    internal Task StartAsync(IsolationMode isolation, string network = Loopback, PluginLimits? limits = null)
    {
        _sandbox.WriteDesired($$"""{"plugins":[{"id":"test.web","isolation":"{{isolation.ToWord()}}","settings":{"network":{{network}} } }]}""");
        return _sandbox.StartAsync(limits ?? Limits);
    }

    internal ValueTask<Plugins.Components.PluginSource> OpenAsync(string url, string? ask = null, string? how = null) =>
        Host.OpenSourceAsync("test.web", null, "c1", Encoding.UTF8.GetBytes($$"""{"url":"{{url}}","ask":"{{ask ?? url}}","how":"{{how}}"}"""), default);

    /// <summary>What the plugin tells of its asking.</summary>
    internal async Task<string?> AskAsync(string url, string? ask = null, string? how = null)
    {
        await using var source = await OpenAsync(url, ask, how);
        return (await source.CheckAsync(default)).Items[0].Message;
    }
}
