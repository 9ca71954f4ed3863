using System.Diagnostics.Metrics;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Http;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Context;

/// <summary>What one component sees of the host.</summary>
internal sealed class PluginContext : IPluginContext, IDisposable
{
    private const int MaxMessage = 200;

    private readonly IPluginHostServices _services;
    private readonly Func<string, string> _clean;

    internal PluginContext(IPluginHostServices services, PluginIdentity plugin, string connectionId, Func<string, string> clean, TimeProvider clock) =>
        (_services, Plugin, ConnectionId, _clean, Clock) = (services, plugin, connectionId, clean, clock);

    public PluginIdentity Plugin { get; }

    public string ConnectionId { get; }

    public required ILogger Log { get; init; }

    IPluginHttp IPluginContext.Http => Http;

    public required PluginHttp Http { get; init; }

    public required IPluginStorage Storage { get; init; }

    public required ISecrets Secrets { get; init; }

    public required IMeterFactory Meters { get; init; }

    public TimeProvider Clock { get; }

    public required PluginGrants Grants { get; init; }

    public required CancellationToken Stopping { get; init; }

    /// <summary>What it shows of its being alive.</summary>
    internal required SignsOfLife Signs { get; init; }

    public void Report(PluginProgress progress)
    {
        ArgumentNullException.ThrowIfNull(progress);
        Signs.Show();
        _services.Progress(ConnectionId, progress.Message is { } message ? progress with { Message = FailureText.Cut(_clean(message), MaxMessage) } : progress);
    }

    /// <summary>Closes the connections of the component.</summary>
    public void Dispose() => Http.Dispose();
}
