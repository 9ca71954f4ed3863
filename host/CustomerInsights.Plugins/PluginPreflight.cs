using CustomerInsights.Plugins.Components;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Plugins;

/// <summary>A version that is tried in a worker before it is let near anything: beside the running one, with services of the caller's.</summary>
public sealed class PluginPreflight : IAsyncDisposable
{
    private readonly PluginInstance _instance;

    internal PluginPreflight(PluginInstance instance) => _instance = instance;

    /// <summary>Opens a connector; see <see cref="PluginHost.OpenSourceAsync"/>.</summary>
    /// <param name="contributionId">The component, or null for the only connector.</param>
    /// <param name="connectionId">The connection.</param>
    /// <param name="configuration">Its configuration, UTF-8 JSON.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The connector; dispose it.</returns>
    /// <exception cref="Boundary.PluginCallException">As there.</exception>
    public async ValueTask<PluginSource> OpenSourceAsync(string? contributionId, string connectionId, ReadOnlyMemory<byte> configuration, CancellationToken cancellationToken) =>
        new(await ComponentCalls.OpenAsync(_instance, PluginKind.Connector, contributionId, connectionId, configuration, cancellationToken));

    /// <summary>Opens an export target; see <see cref="PluginHost.OpenExportAsync"/>.</summary>
    /// <param name="contributionId">The component, or null for the only export.</param>
    /// <param name="connectionId">The connection.</param>
    /// <param name="configuration">Its configuration, UTF-8 JSON.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The target; dispose it.</returns>
    /// <exception cref="Boundary.PluginCallException">As there.</exception>
    public async ValueTask<PluginExport> OpenExportAsync(string? contributionId, string connectionId, ReadOnlyMemory<byte> configuration, CancellationToken cancellationToken) =>
        new(await ComponentCalls.OpenAsync(_instance, PluginKind.Export, contributionId, connectionId, configuration, cancellationToken));

    /// <summary>Opens an enrichment; see <see cref="PluginHost.OpenEnrichmentAsync"/>.</summary>
    /// <param name="contributionId">The component, or null for the only enrichment.</param>
    /// <param name="connectionId">The connection.</param>
    /// <param name="configuration">Its configuration, UTF-8 JSON.</param>
    /// <param name="cancellationToken">Cancels the opening.</param>
    /// <returns>The enrichment; dispose it.</returns>
    /// <exception cref="Boundary.PluginCallException">As there.</exception>
    public async ValueTask<PluginEnrichment> OpenEnrichmentAsync(string? contributionId, string connectionId, ReadOnlyMemory<byte> configuration, CancellationToken cancellationToken)
    {
        var calls = await ComponentCalls.OpenAsync(_instance, PluginKind.Enrichment, contributionId, connectionId, configuration, cancellationToken);
        return new PluginEnrichment(calls, calls.Handle.Is<Sdk.IPopulationEnrichment>());
    }

    /// <summary>Ends the worker.</summary>
    /// <returns>When it has ended.</returns>
    public async ValueTask DisposeAsync() => await _instance.StopAsync();
}
