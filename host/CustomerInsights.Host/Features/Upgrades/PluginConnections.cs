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
/// <param name="Settings">Its settings.</param>
internal sealed record PluginConnection(string Kind, string Name, string? Contribution, JsonElement Settings)
{
    public string Id => ConnectionIds.Of(Kind, Name);

    public bool IsSource => Kind == DefinitionKinds.Source;

    public PluginKind Component => Kind switch
    {
        DefinitionKinds.Source => PluginKind.Connector,
        DefinitionKinds.Enrichment => PluginKind.Enrichment,
        _ => PluginKind.Export,
    };

    public byte[] Configuration => SourceDiscovery.Configuration(Settings);
}

/// <summary>Finds what uses a plugin.</summary>
internal sealed class PluginConnections(IDefinitionStore definitions, IRecordStore records)
{
    public async ValueTask<IReadOnlyList<PluginConnection>> OfAsync(string plugin, CancellationToken cancellationToken) =>
        [.. (await definitions.SnapshotAsync(cancellationToken)).Select(Read).Where(found => found.Plugin == plugin).Select(found => found.Connection!)];

    /// <summary>The streams of its sources, as far as they were ever read.</summary>
    public async ValueTask<IReadOnlyList<StoredStream>> StreamsAsync(IReadOnlyList<PluginConnection> connections, CancellationToken cancellationToken)
    {
        var sources = connections.Where(one => one.IsSource).Select(one => one.Name).ToHashSet(StringComparer.Ordinal);
        return [.. (await records.ListStreamsAsync(cancellationToken)).Where(stream => sources.Any(source => stream.Name.StartsWith(source + ".", StringComparison.Ordinal)))];
    }

    // A document that cannot be read uses no plugin; its own faults are shown where it is edited.
    private static (string? Plugin, PluginConnection? Connection) Read(Definition definition)
    {
        try
        {
            switch (definition.Kind)
            {
                case DefinitionKinds.Source:
                    var source = Json.Read<SourceDocument>(definition.Document);
                    return (source.Plugin, new(definition.Kind, definition.Name, source.Contribution, source.Settings));
                case DefinitionKinds.Enrichment:
                    var enrichment = Json.Read<EnrichmentDocument>(definition.Document);
                    return (enrichment.Plugin, new(definition.Kind, definition.Name, enrichment.Contribution, enrichment.Settings));
                case DefinitionKinds.Export:
                    var export = Json.Read<ExportDocument>(definition.Document);
                    return (export.Plugin, new(definition.Kind, definition.Name, export.Contribution, export.Settings));
                default:
                    return default;
            }
        }
        catch (JsonException)
        {
            return default;
        }
    }
}
