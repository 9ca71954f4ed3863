using CustomerInsights.Host.Platform;
using CustomerInsights.Sdk;
using CustomerInsights.Storage.Definitions;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>Tries what an enrichment says of itself against the definitions of now: the attributes and activities that it names, and the rules of its conditions.</summary>
internal sealed class EnrichmentTrial(MetadataService metadata, IDefinitionStore definitions)
{
    /// <summary>What would keep it from running.</summary>
    /// <param name="name">The enrichment; nothing is wrong with one that there is not.</param>
    /// <param name="description">What its plugin says.</param>
    /// <param name="newOnly">Without what is known to be wrong already.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async ValueTask<IReadOnlyList<Fault>> FaultsAsync(string name, EnrichmentDescription description, bool newOnly, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Enrichment, name, cancellationToken) is not { } definition)
        {
            return [];
        }

        var discovered = Discovered.Nothing with { Enrichments = new Dictionary<string, EnrichmentDescription>(StringComparer.Ordinal) { [name] = description } };
        var (_, found) = await metadata.TryAsync([new DefinitionChange(DefinitionKinds.Enrichment, name, definition.Document)], discovered, cancellationToken);
        var known = newOnly ? (await metadata.ModelAsync(cancellationToken)).Faults : [];
        return
        [
            .. found.Where(fault => fault is { Warning: false, Kind: DefinitionKinds.Enrichment } && fault.Name == name).Except(known)
                .Select(fault => new Fault(fault.Pointer, fault.Code, fault.Message)),
        ];
    }

    /// <summary>The findings as items of a check.</summary>
    /// <param name="description">What the plugin says; null when it did not come to say it.</param>
    /// <param name="faults">What is wrong.</param>
    public static IEnumerable<CheckItem> Items(EnrichmentDescription? description, IReadOnlyList<Fault> faults) => faults.Count > 0
        ? faults.Select(fault => new CheckItem("What it reads, asks and writes", Ok: false, fault.Message)
        {
            Kind = FailureKind.Configuration,
            ConfigurationPath = fault.Pointer.StartsWith("/settings", StringComparison.Ordinal) ? fault.Pointer["/settings".Length..] : null,
        })
        : description?.Conditions is { } conditions
            ? [new CheckItem($"Conditions: {string.Join(", ", conditions.Select(condition => condition.Name))}", Ok: true)]
            : [];
}
