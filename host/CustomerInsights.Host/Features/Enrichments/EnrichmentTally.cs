using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Sdk;
using CustomerInsights.Storage.Enrichments;

namespace CustomerInsights.Host.Features.Enrichments;

/// <summary>Counts a generation: profiles by outcome, and for each attribute those that have it.</summary>
internal sealed class EnrichmentTally
{
    private readonly long[] _outcomes = new long[Enum.GetValues<EnrichmentOutcome>().Length];
    private readonly SortedDictionary<string, long> _coverage = new(StringComparer.Ordinal);

    public EnrichmentTally(EnrichmentDescription description)
    {
        foreach (var field in description.Writes)
        {
            _coverage[description.Attribute(field.Name)] = 0;
        }
    }

    /// <summary>Profiles with a value by attribute.</summary>
    public IReadOnlyDictionary<string, long> Coverage => _coverage;

    public void Add(EnrichmentAnswer answer)
    {
        _outcomes[Math.Clamp(answer.Outcome, 0, _outcomes.Length - 1)]++;
        if (answer.Document is { } document)
        {
            foreach (var name in ValueDocument.Read(document).Keys)
            {
                _coverage[name] = _coverage.GetValueOrDefault(name) + 1;
            }
        }
    }

    /// <summary>Counts by name; <c>notAnswered</c> are those of whom the plugin said nothing.</summary>
    public Dictionary<string, long> Counts(long population) => new(StringComparer.Ordinal)
    {
        ["population"] = population,
        ["enriched"] = _outcomes[(int)EnrichmentOutcome.Enriched],
        ["noMatch"] = _outcomes[(int)EnrichmentOutcome.NoMatch],
        ["skipped"] = _outcomes[(int)EnrichmentOutcome.Skipped],
        ["failed"] = _outcomes[(int)EnrichmentOutcome.FailedRetryable] + _outcomes[(int)EnrichmentOutcome.FailedPermanent],
        ["notAnswered"] = Math.Max(0, population - _outcomes.Sum()),
    };
}
