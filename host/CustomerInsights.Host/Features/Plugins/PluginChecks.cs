using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk;

namespace CustomerInsights.Host.Features.Plugins;

/// <summary>Lets a component of any kind try its settings.</summary>
internal static class PluginChecks
{
    /// <summary>Opens it, asks it, closes it.</summary>
    /// <param name="plugins">The plugins.</param>
    /// <param name="kind">What the component is.</param>
    /// <param name="plugin">The plugin.</param>
    /// <param name="contribution">The component, or null for the only one of its kind.</param>
    /// <param name="connection">The connection, see <see cref="Metadata.ConnectionIds"/>.</param>
    /// <param name="configuration">Its settings, UTF-8 JSON.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <exception cref="CustomerInsights.Plugins.Boundary.PluginCallException">It does not run, or the check failed as a call.</exception>
    public static async Task<CheckResult> CheckAsync(
        this PluginHost plugins, PluginKind kind, string plugin, string? contribution, string connection, byte[] configuration, CancellationToken cancellationToken)
    {
        switch (kind)
        {
            case PluginKind.Connector:
                await using (var source = await plugins.OpenSourceAsync(plugin, contribution, connection, configuration, cancellationToken))
                {
                    return await source.CheckAsync(cancellationToken);
                }

            case PluginKind.Enrichment:
                await using (var enrichment = await plugins.OpenEnrichmentAsync(plugin, contribution, connection, configuration, cancellationToken))
                {
                    return await enrichment.CheckAsync(cancellationToken);
                }

            default:
                await using (var target = await plugins.OpenExportAsync(plugin, contribution, connection, configuration, cancellationToken))
                {
                    return await target.CheckAsync(cancellationToken);
                }
        }
    }
}
