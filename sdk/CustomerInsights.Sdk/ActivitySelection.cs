namespace CustomerInsights.Sdk;

/// <summary>Activities of one type that an enrichment wants to be handed.</summary>
/// <param name="ActivityType">The activity type's name.</param>
/// <param name="Fields">The fields of it, by name; time and id always come.</param>
public sealed record ActivitySelection(string ActivityType, IReadOnlyList<string> Fields)
{
    /// <summary>Only activities at or after this instant; null for all.</summary>
    public DateTimeOffset? Since { get; init; }
}
