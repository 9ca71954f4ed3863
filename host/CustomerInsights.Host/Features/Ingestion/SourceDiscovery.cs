using System.Text;
using System.Text.Json;
using CustomerInsights.Host.Features.Connections;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Plugins;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Ingestion;

/// <summary>Asks plugins about settings before they are stored.</summary>
internal sealed class SourceDiscovery(PluginHost plugins, ConnectedSettings connected) : ISourceDiscovery
{
    public async ValueTask<(IReadOnlyDictionary<string, IReadOnlyList<StreamField>> Streams, IReadOnlyList<Fault> Faults)> DiscoverAsync(
        string name, SourceDocument source, IReadOnlyDictionary<string, ConnectionDocument>? connections, CancellationToken cancellationToken)
    {
        var settings = await connected.OfAsync(source, connections, cancellationToken);
        var streams = new Dictionary<string, IReadOnlyList<StreamField>>(StringComparer.Ordinal);
        var faults = CheckSettings(PluginKind.Connector, source.Plugin, source.Contribution, settings);
        if (faults.Count > 0)
        {
            return (streams, faults);
        }

        try
        {
            await using var plugin = await plugins.OpenSourceAsync(source.Plugin, source.Contribution, ConnectionIds.OfSource(name), Configuration(settings.Value), cancellationToken);
            var catalog = await plugin.DiscoverAsync(cancellationToken);
            foreach (var stream in catalog.Streams)
            {
                streams[$"{name}.{stream.Name}"] = SourceValues.ToFields(stream);
            }

            return (streams, Unknown(source, catalog));
        }
        catch (PluginCallException failure)
        {
            return (streams, [settings.Place(new Fault("/settings" + failure.Failure.ConfigurationPath, failure.Failure.Kind.ToString(), failure.Failure.Message))]);
        }
    }

    public async Task<SourceCatalog> CatalogAsync(string name, SourceDocument source, CancellationToken cancellationToken)
    {
        await using var plugin = await plugins.OpenSourceAsync(source.Plugin, source.Contribution, ConnectionIds.OfSource(name), await ConfigurationAsync(source, cancellationToken), cancellationToken);
        return await plugin.DiscoverAsync(cancellationToken);
    }

    public async Task<CheckResult> CheckAsync(string name, SourceDocument source, CancellationToken cancellationToken) =>
        await plugins.CheckAsync(PluginKind.Connector, source.Plugin, source.Contribution, ConnectionIds.OfSource(name), await ConfigurationAsync(source, cancellationToken), cancellationToken);

    public async Task<CheckResult> CheckAsync(string name, EnrichmentDocument enrichment, CancellationToken cancellationToken) =>
        await plugins.CheckAsync(PluginKind.Enrichment, enrichment.Plugin, enrichment.Contribution, ConnectionIds.OfEnrichment(name), await ConfigurationAsync(enrichment, cancellationToken), cancellationToken);

    public async ValueTask<(EnrichmentDescription? Description, IReadOnlyList<Fault> Faults)> DescribeAsync(string name, EnrichmentDocument enrichment, IReadOnlyDictionary<string, ConnectionDocument>? connections, CancellationToken cancellationToken)
    {
        var settings = await connected.OfAsync(enrichment, connections, cancellationToken);
        var faults = CheckSettings(PluginKind.Enrichment, enrichment.Plugin, enrichment.Contribution, settings);
        if (faults.Count > 0)
        {
            return (null, faults);
        }

        try
        {
            await using var plugin = await plugins.OpenEnrichmentAsync(
                enrichment.Plugin, enrichment.Contribution, ConnectionIds.OfEnrichment(name), Configuration(settings.Value), cancellationToken);
            return (SourceValues.ToDescription(await plugin.DescribeAsync(cancellationToken)), []);
        }
        catch (PluginCallException failure)
        {
            return (null, [settings.Place(new Fault("/settings" + failure.Failure.ConfigurationPath, failure.Failure.Kind.ToString(), failure.Failure.Message))]);
        }
    }

    public async ValueTask<IReadOnlyList<Fault>> CheckExportAsync(string name, ExportDocument export, IReadOnlyDictionary<string, ConnectionDocument>? connections, CancellationToken cancellationToken)
    {
        var settings = await connected.OfAsync(export, connections, cancellationToken);
        var faults = CheckSettings(PluginKind.Export, export.Plugin, export.Contribution, settings);
        if (faults.Count > 0)
        {
            return faults;
        }

        try
        {
            await using var target = await plugins.OpenExportAsync(export.Plugin, export.Contribution, ConnectionIds.OfExport(name), Configuration(settings.Value), cancellationToken);
            var check = await target.CheckAsync(cancellationToken);

            // Only what the settings are to blame for: that the target is down today must not keep anybody from editing.
            return
            [
                .. check.Items.Where(item => item is { Ok: false, Kind: FailureKind.Configuration })
                    .Select(item => settings.Place(new Fault("/settings" + item.ConfigurationPath, nameof(FailureKind.Configuration), item.Message ?? $"{item.Name}: no."))),
            ];
        }
        catch (PluginCallException failure)
        {
            return [settings.Place(new Fault("/settings" + failure.Failure.ConfigurationPath, failure.Failure.Kind.ToString(), failure.Failure.Message))];
        }
    }

    public IReadOnlyList<Fault> CheckConnection(ConnectionDocument connection)
    {
        var known = plugins.List();
        if (known.FirstOrDefault(status => status.Id == connection.Plugin) is not { } plugin)
        {
            return [new Fault("/plugin", "unknown", $"There is no plugin '{connection.Plugin}'.{Names.Suggest(connection.Plugin, known.Select(status => status.Id))}")];
        }

        if (connection.Settings.ValueKind == JsonValueKind.Undefined)
        {
            return [];
        }

        // Right for one component is right: a plugin may have several, and a connection may be for one of them.
        var problems = plugin.Contributions
            .Select(one => one.ConfigSchema.Validate(connection.Settings).Where(problem => !problem.IsWarning && problem.Rule != "required").ToList())
            .OrderBy(found => found.Count).FirstOrDefault() ?? [];
        return [.. problems.Select(problem => new Fault("/settings" + problem.Pointer, problem.Rule, problem.Message))];
    }

    private IReadOnlyList<Fault> CheckSettings(PluginKind kind, string plugin, string? contribution, ConnectedSettings.Merged settings)
    {
        var known = plugins.List();
        if (known.All(status => status.Id != plugin))
        {
            return [new Fault("/plugin", "unknown", $"There is no plugin '{plugin}'.{Names.Suggest(plugin, known.Select(status => status.Id))}")];
        }

        if (plugins.FindContribution(kind, plugin, contribution) is not { } found)
        {
            var status = plugins.Find(plugin)!;
            var offers = status.Contributions.Select(one => $"{JsonNamingPolicy.CamelCase.ConvertName(one.Kind.ToString())} '{one.Id}'").ToList();
            return
            [
                new Fault(
                    contribution is null ? "/plugin" : "/contribution", "unknown",
                    $"The plugin '{plugin}' has no {kind.ToString().ToLowerInvariant()}{(contribution is null ? "" : $" '{contribution}'")}; it offers {(offers.Count == 0 ? "nothing" : string.Join(", ", offers))}, and is {status.State.ToString().ToLowerInvariant()}: {status.Reason}"),
            ];
        }

        if (settings.Faults.Count > 0)
        {
            return settings.Faults;
        }

        var value = settings.Value.ValueKind == JsonValueKind.Undefined ? JsonDocument.Parse("{}").RootElement : settings.Value;
        return [.. found.ConfigSchema.Validate(value).Where(problem => !problem.IsWarning).Select(problem => settings.Place(new Fault("/settings" + problem.Pointer, problem.Rule, problem.Message)))];
    }

    /// <summary>The settings of a stored definition as its plugin gets them, with those of its connection.</summary>
    /// <exception cref="BadParameterException">They cannot be put together.</exception>
    internal async ValueTask<byte[]> ConfigurationAsync(IConnected document, CancellationToken cancellationToken)
    {
        var settings = await connected.OfAsync(document, null, cancellationToken);
        return settings.Faults is [var fault, ..] ? throw new BadParameterException(fault.Pointer, fault.Message) : Configuration(settings.Value);
    }

    /// <summary>Settings as a plugin gets them; none given means an empty object.</summary>
    internal static byte[] Configuration(JsonElement settings) =>
        Encoding.UTF8.GetBytes(settings.ValueKind == JsonValueKind.Undefined ? "{}" : settings.GetRawText());

    private static IReadOnlyList<Fault> Unknown(SourceDocument source, SourceCatalog catalog) =>
    [
        .. source.Streams.Keys
            .Where(stream => catalog.Streams.All(known => known.Name != stream))
            .Select(stream => new Fault(
                $"/streams/{Names.Escape(stream)}", "unknown", $"There is no stream '{stream}'.{Names.Suggest(stream, catalog.Streams.Select(known => known.Name))}")),
    ];
}
