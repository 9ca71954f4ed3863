namespace CustomerInsights.Sdk;

/// <summary>A profile as an enrichment is handed it: the declared attributes and nothing else.</summary>
/// <param name="ProfileId">The profile's id; opaque.</param>
/// <param name="Values">One value per attribute of <see cref="EnrichmentDescriptor.Reads"/>, in that order; null values where the profile has none.</param>
public sealed record ProfileInput(string ProfileId, IReadOnlyList<FieldValue> Values)
{
    /// <summary>The declared activities in time order, ties by id; empty for a per-profile enrichment.</summary>
    public IReadOnlyList<ActivityInput> Activities { get; init; } = [];

    /// <summary>One answer per condition of <see cref="EnrichmentDescriptor.Conditions"/>, in that order; false where the rule does not tell. Empty for a per-profile enrichment.</summary>
    public IReadOnlyList<bool> Conditions { get; init; } = [];
}
