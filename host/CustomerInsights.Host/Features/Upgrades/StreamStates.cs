using System.Text;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Components;
using CustomerInsights.Sdk;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Upgrades;

/// <summary>Bookmarks on their way to a connector, which may be of another version than the one that wrote them.</summary>
internal static class StreamStates
{
    /// <summary>The bookmark in the connector's own format: as it is, or brought up by the connector. A newer one is refused.</summary>
    /// <exception cref="PluginCallException">It is newer, or the connector cannot read it.</exception>
    public static async ValueTask<StreamState?> ForAsync(PluginSource plugin, StreamDescriptor descriptor, ConnectorState? stored, CancellationToken cancellationToken)
    {
        if (stored is null)
        {
            return null;
        }

        var state = new StreamState(stored.Version, Encoding.UTF8.GetBytes(stored.Json));
        if (stored.Version > descriptor.StateVersion)
        {
            throw new PluginCallException(plugin.Plugin.Id, "ReadAsync", new PluginFailure(
                FailureKind.Configuration,
                $"The bookmark of '{descriptor.Name}' is of format {stored.Version}; {plugin.Plugin.Id} {plugin.Plugin.Version} reads up to {descriptor.StateVersion}. Take the version that wrote it, or roll back, which brings the older bookmark back."));
        }

        return stored.Version < descriptor.StateVersion ? await plugin.UpgradeStateAsync(descriptor.Name, state, cancellationToken) : state;
    }
}
