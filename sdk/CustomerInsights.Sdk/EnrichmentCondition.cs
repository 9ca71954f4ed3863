namespace CustomerInsights.Sdk;

/// <summary>
/// A question about each profile in the rule language, which the host answers: who matters, or what has happened. It is asked as if it
/// were an earlier moment, so that a model can be taught what came after.
/// </summary>
/// <remarks>
/// Attributes of profiles are as of today, whatever the moment: earlier values are not kept. A rule that looks back (with <see cref="At"/>,
/// <see cref="Before"/> or <see cref="Within"/>) may not ask what is computed of all that is known today: segments, measures, what enrichments wrote,
/// <c>percentile_rank</c>, <c>reachable</c>. A rule that no setting holds, text for text, may read only what the enrichment is handed anyway.
/// The host refuses both when the enrichment is defined.
/// </remarks>
/// <param name="Name">Its name in messages: 1 to 50 lower-case letters, digits and <c>_</c>.</param>
/// <param name="Rule">A condition as a segment has it, 1 to 20,000 characters; <c>now()</c> and <c>ago()</c> mean the moment of the question.</param>
public sealed record EnrichmentCondition(string Name, string Rule)
{
    /// <summary>The moment of the question, UTC: activities after it do not count. Null for the snapshot's <see cref="IPopulation.AsOf"/>.</summary>
    public DateTimeOffset? At { get; init; }

    /// <summary>How long before <see cref="At"/> the question is asked, 0 and up. Default: zero.</summary>
    public TimeSpan Before { get; init; }

    /// <summary>
    /// Only activities of so long before the moment of the question count, above 0; null for all before it. One exactly at the moment counts, one exactly so
    /// long before it does not, so that windows side by side count each activity once.
    /// </summary>
    public TimeSpan? Within { get; init; }
}
