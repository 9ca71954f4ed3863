using System.Text.Json;
using CustomerInsights.Host.Features.Ingestion;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Upgrades;

/// <summary>A source, an enrichment or an export that uses a plugin.</summary>
/// <param name="Kind">source, enrichment or export.</param>
/// <param name="Name">Its name.</param>
/// <param name="Contribution">The component, where it names one.</param>
/// <param name="Settings">Its settings as it is defined.</param>
/// <param name="Merged">Its settings as the plugin gets them.</param>
internal sealed record PluginConnection(string Kind, string Name, string? Contribution, JsonElement Settings, JsonElement Merged)
{
    public string Id => ConnectionIds.Of(Kind, Name);

    public bool IsSource => Kind == DefinitionKinds.Source;

    public PluginKind Component => Kind switch
    {
        DefinitionKinds.Source => PluginKind.Connector,
        DefinitionKinds.Enrichment => PluginKind.Enrichment,
        _ => PluginKind.Export,
    };

    public byte[] Configuration => SourceDiscovery.Configuration(Merged);
}

/// <summary>Finds what uses a plugin.</summary>
internal sealed class PluginConnections(IDefinitionStore definitions, IRecordStore records)
{
    public async ValueTask<IReadOnlyList<PluginConnection>> OfAsync(string plugin, CancellationToken cancellationToken) =>
        Of(await definitions.SnapshotAsync(cancellationToken), plugin);

    private static IReadOnlyList<PluginConnection> Of(IReadOnlyList<Definition> all, string plugin)
    {
        var connections = new Dictionary<string, ConnectionDocument>(StringComparer.Ordinal);
        foreach (var definition in all.Where(definition => definition.Kind == DefinitionKinds.Connection))
        {
            if (Document<ConnectionDocument>(definition) is { } connection)
            {
                connections[definition.Name] = connection;
            }
        }

        return [.. all.Select(definition => Read(definition, connections)).Where(found => found.Plugin == plugin).Select(found => found.Connection!)];
    }

    /// <summary>The streams of its sources, as far as they were ever read.</summary>
    public async ValueTask<IReadOnlyList<StoredStream>> StreamsAsync(IReadOnlyList<PluginConnection> connections, CancellationToken cancellationToken)
    {
        var sources = connections.Where(one => one.IsSource).Select(one => one.Name).ToHashSet(StringComparer.Ordinal);
        return [.. (await records.ListStreamsAsync(cancellationToken)).Where(stream => sources.Any(source => stream.Name.StartsWith(source + ".", StringComparison.Ordinal)))];
    }

    private static (string? Plugin, PluginConnection? Connection) Read(Definition definition, Dictionary<string, ConnectionDocument> connections)
    {
        (string? Contribution, IConnected? Document) found = definition.Kind switch
        {
            DefinitionKinds.Source when Document<SourceDocument>(definition) is { } source => (source.Contribution, source),
            DefinitionKinds.Enrichment when Document<EnrichmentDocument>(definition) is { } enrichment => (enrichment.Contribution, enrichment),
            DefinitionKinds.Export when Document<ExportDocument>(definition) is { } export => (export.Contribution, export),
            _ => default,
        };
        return found.Document is not { } document
            ? default
            : (document.Plugin, new PluginConnection(definition.Kind, definition.Name, found.Contribution, document.Settings, Connecting.Merge(document, connections).Settings));
    }

    // A document that cannot be read uses no plugin; its own faults are shown where it is edited.
    private static T? Document<T>(Definition definition)
        where T : class
    {
        try
        {
            return Json.Read<T>(definition.Document);
        }
        catch (JsonException)
        {
            return null;
        }
    }
}
