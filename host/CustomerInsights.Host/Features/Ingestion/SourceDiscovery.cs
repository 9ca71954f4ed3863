using System.Text;
using System.Text.Json;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Ingestion;

/// <summary>Asks plugins about settings before they are stored.</summary>
internal sealed class SourceDiscovery(PluginHost plugins) : ISourceDiscovery
{
    public async ValueTask<(IReadOnlyDictionary<string, IReadOnlyList<StreamField>> Streams, IReadOnlyList<Fault> Faults)> DiscoverAsync(
        string name, SourceDocument source, CancellationToken cancellationToken)
    {
        var streams = new Dictionary<string, IReadOnlyList<StreamField>>(StringComparer.Ordinal);
        var faults = CheckSettings(PluginKind.Connector, source.Plugin, source.Contribution, source.Settings);
        if (faults.Count > 0)
        {
            return (streams, faults);
        }

        try
        {
            var catalog = await CatalogAsync(name, source, cancellationToken);
            foreach (var stream in catalog.Streams)
            {
                streams[$"{name}.{stream.Name}"] = SourceValues.ToFields(stream);
            }

            return (streams, Unknown(source, catalog));
        }
        catch (PluginCallException failure)
        {
            return (streams, [new Fault("/settings" + failure.Failure.ConfigurationPath, failure.Failure.Kind.ToString(), failure.Failure.Message)]);
        }
    }

    public async Task<SourceCatalog> CatalogAsync(string name, SourceDocument source, CancellationToken cancellationToken)
    {
        await using var plugin = await plugins.OpenSourceAsync(source.Plugin, source.Contribution, ConnectionIds.OfSource(name), Configuration(source.Settings), cancellationToken);
        return await plugin.DiscoverAsync(cancellationToken);
    }

    public async Task<CheckResult> CheckAsync(string name, SourceDocument source, CancellationToken cancellationToken)
    {
        await using var plugin = await plugins.OpenSourceAsync(source.Plugin, source.Contribution, ConnectionIds.OfSource(name), Configuration(source.Settings), cancellationToken);
        return await plugin.CheckAsync(cancellationToken);
    }

    public async ValueTask<(EnrichmentDescription? Description, IReadOnlyList<Fault> Faults)> DescribeAsync(string name, EnrichmentDocument enrichment, CancellationToken cancellationToken)
    {
        var faults = CheckSettings(PluginKind.Enrichment, enrichment.Plugin, enrichment.Contribution, enrichment.Settings);
        if (faults.Count > 0)
        {
            return (null, faults);
        }

        try
        {
            await using var plugin = await plugins.OpenEnrichmentAsync(
                enrichment.Plugin, enrichment.Contribution, ConnectionIds.OfEnrichment(name), Configuration(enrichment.Settings), cancellationToken);
            return (SourceValues.ToDescription(await plugin.DescribeAsync(cancellationToken)), []);
        }
        catch (PluginCallException failure)
        {
            return (null, [new Fault("/settings" + failure.Failure.ConfigurationPath, failure.Failure.Kind.ToString(), failure.Failure.Message)]);
        }
    }

    public async ValueTask<IReadOnlyList<Fault>> CheckExportAsync(string name, ExportDocument export, CancellationToken cancellationToken)
    {
        var faults = CheckSettings(PluginKind.Export, export.Plugin, export.Contribution, export.Settings);
        if (faults.Count > 0)
        {
            return faults;
        }

        try
        {
            await using var target = await plugins.OpenExportAsync(export.Plugin, export.Contribution, ConnectionIds.OfExport(name), Configuration(export.Settings), cancellationToken);
            var check = await target.CheckAsync(cancellationToken);

            // Only what the settings are to blame for: that the target is down today must not keep anybody from editing.
            return
            [
                .. check.Items.Where(item => item is { Ok: false, Kind: FailureKind.Configuration })
                    .Select(item => new Fault("/settings" + item.ConfigurationPath, nameof(FailureKind.Configuration), item.Message ?? $"{item.Name}: no.")),
            ];
        }
        catch (PluginCallException failure)
        {
            return [new Fault("/settings" + failure.Failure.ConfigurationPath, failure.Failure.Kind.ToString(), failure.Failure.Message)];
        }
    }

    private IReadOnlyList<Fault> CheckSettings(PluginKind kind, string plugin, string? contribution, JsonElement settings)
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

        var value = settings.ValueKind == JsonValueKind.Undefined ? JsonDocument.Parse("{}").RootElement : settings;
        return [.. found.ConfigSchema.Validate(value).Where(problem => !problem.IsWarning).Select(problem => new Fault("/settings" + problem.Pointer, problem.Rule, problem.Message))];
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
