namespace CustomerInsights.Sdk;

/// <summary>What an enrichment reads and writes.</summary>
/// <param name="Namespace">The namespace of what it writes: 2 to 50 characters, lower-case letters, digits, <c>_</c>. Attributes appear as <c>namespace.name</c>.</param>
/// <param name="ProfileType">The profile type that it enriches: <c>customer</c>, <c>account</c>, <c>contact</c> or another.</param>
/// <param name="Reads">The profile attributes that it is handed, by name; only these.</param>
/// <param name="Writes">The attributes that it may answer with.</param>
public sealed record EnrichmentDescriptor(
    string Namespace,
    string ProfileType,
    IReadOnlyList<string> Reads,
    IReadOnlyList<FieldDescriptor> Writes)
{
    /// <summary>The activities that it is handed; only a population enrichment gets them. Default: none.</summary>
    public IReadOnlyList<ActivitySelection> Activities { get; init; } = [];

    /// <summary>Questions about each profile that the host answers; only a population enrichment gets the answers. At most 20. Default: none.</summary>
    public IReadOnlyList<EnrichmentCondition> Conditions { get; init; } = [];

    /// <summary>Tables with rows per profile and period. Only a population enrichment fills them. Default: none.</summary>
    public IReadOnlyList<EnrichmentTable> Tables { get; init; } = [];

    /// <summary>Most profiles in one batch, 1 to 10,000. Default: 100.</summary>
    public int MaxBatch { get; init; } = 100;

    /// <summary>How long a per-profile answer stays good; zero asks at every run. Default: zero.</summary>
    public TimeSpan CacheFor { get; init; }

    /// <summary>True when the same input always gives the same answer. Default: true.</summary>
    public bool Deterministic { get; init; } = true;
}
