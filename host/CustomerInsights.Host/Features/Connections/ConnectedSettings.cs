using System.Text.Json;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;

namespace CustomerInsights.Host.Features.Connections;

/// <summary>The settings of a definition as its plugin gets them, with those of the connection that it uses.</summary>
internal sealed class ConnectedSettings(IDefinitionStore definitions)
{
    /// <summary>Settings that are put together.</summary>
    /// <param name="Value">As the plugin gets them.</param>
    /// <param name="Faults">Why they could not be put together; empty when they could.</param>
    /// <param name="Place">Shows a fault in them where it can be mended.</param>
    public sealed record Merged(JsonElement Value, IReadOnlyList<Fault> Faults, Func<Fault, Fault> Place);

    /// <summary>Puts them together.</summary>
    /// <param name="document">The definition.</param>
    /// <param name="drafts">Connections that are about to be stored, which go before those that are.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async ValueTask<Merged> OfAsync(IConnected document, IReadOnlyDictionary<string, ConnectionDocument>? drafts, CancellationToken cancellationToken)
    {
        var connections = new Dictionary<string, ConnectionDocument>(drafts ?? new Dictionary<string, ConnectionDocument>(), StringComparer.Ordinal);
        if (document.Connection is { } name && !connections.ContainsKey(name) && await definitions.FindAsync(DefinitionKinds.Connection, name, cancellationToken) is { } stored)
        {
            connections[name] = Json.Read<ConnectionDocument>(stored.Document);
        }

        var (settings, faults) = Connecting.Merge(document, connections);
        return new Merged(settings, faults, fault => Connecting.Place(fault, document, connections));
    }
}
