namespace CustomerInsights.Sdk;

/// <summary>The answer for one profile.</summary>
/// <param name="ProfileId">The profile, as handed in.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Values">By attribute name, for <see cref="EnrichmentOutcome.Enriched"/>; only declared names. What is null or left out is removed.</param>
/// <param name="Reason">Why, when it was not enriched; for people, without their data. At most 400 characters.</param>
public sealed record EnrichmentResult(
    string ProfileId,
    EnrichmentOutcome Outcome,
    IReadOnlyDictionary<string, FieldValue>? Values = null,
    string? Reason = null);
