namespace CustomerInsights.Sdk;

/// <summary>Attributes for 1 to 10,000 profiles.</summary>
/// <param name="Results">One result per profile, each profile once in a run.</param>
public sealed record AttributeBatch(IReadOnlyList<EnrichmentResult> Results) : PopulationMessage;
