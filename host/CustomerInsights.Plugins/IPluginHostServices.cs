using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins;

/// <summary>What the plugin host needs of the application; implemented on its store. All members are safe for any thread.</summary>
public interface IPluginHostServices
{
    /// <summary>The durable values of one plugin and connection.</summary>
    /// <param name="pluginId">The plugin.</param>
    /// <param name="connectionId">The connection.</param>
    /// <param name="maxBytes">The quota, from the manifest.</param>
    /// <returns>The storage; keys and sizes of single values have been checked before it is called.</returns>
    IPluginStorage StorageFor(string pluginId, string connectionId, long maxBytes);

    /// <summary>The secrets of one connection.</summary>
    /// <param name="pluginId">The plugin.</param>
    /// <param name="connectionId">The connection.</param>
    /// <returns>The secrets; opened values are redacted from the plugin's log by the plugin host.</returns>
    ISecrets SecretsFor(string pluginId, string connectionId);

    /// <summary>News of a run. Must return at once.</summary>
    /// <param name="connectionId">The connection.</param>
    /// <param name="progress">The news.</param>
    void Progress(string connectionId, PluginProgress progress);

    /// <summary>Keeps a transition. Called one at a time, in order; what it throws is logged and the life goes on.</summary>
    /// <param name="transition">The transition.</param>
    /// <param name="cancellationToken">Cancelled when the host gives up waiting at its end.</param>
    /// <returns>When it is kept.</returns>
    ValueTask RecordAsync(PluginTransition transition, CancellationToken cancellationToken);
}
