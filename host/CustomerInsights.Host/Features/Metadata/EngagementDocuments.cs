using CustomerInsights.Core.Statistics;

namespace CustomerInsights.Host.Features.Metadata;

/// <summary>
/// A measure that is an engagement score: 0 for who did nothing of late, else 1 to 100 by how it compares with everybody else who did something. Activities
/// count by their type's weight, how recent and how frequent they are.
/// </summary>
public sealed record EngagementDocument
{
    /// <summary>How much activities count, by type. A type that is not named has the usual weight of what it looks like; weight 0 leaves it out.</summary>
    public IReadOnlyDictionary<string, EngagementWeightDocument> Weights { get; init; } = new Dictionary<string, EngagementWeightDocument>(StringComparer.Ordinal);

    /// <summary>How many activities of one type count on one day (UTC), 1 to 10,000. Default: 20.</summary>
    public int DailyCap { get; init; } = EngagementModel.UsualDailyCap;
}

/// <summary>How much activities of a type count.</summary>
public sealed record EngagementWeightDocument
{
    /// <summary>−1,000 to 1,000; below 0 they lower the score. Default: the usual one.</summary>
    public double? Weight { get; init; }

    /// <summary>After how many days one counts half; above 0, to 36,500. Default: the usual one.</summary>
    public double? HalfLifeDays { get; init; }
}
