namespace CustomerInsights.Core.Unification.Linkage.Live;

/// <summary>A record that is new, has other values, or is gone.</summary>
/// <param name="Record">Its number; null for a new one, which gets the next.</param>
/// <param name="Values">Its values as they came, in the order of <see cref="MatchIndex.Fields"/>, empty for none; null when it is gone.</param>
public sealed record RecordChange(int? Record, IReadOnlyList<string>? Values)
{
    /// <summary>Of a new record the source, as in <see cref="MatcherOptions.Sources"/>; null when it does not matter.</summary>
    public int? Source { get; init; }
}

/// <summary>A record that is in another cluster now.</summary>
/// <param name="Record">Its number.</param>
/// <param name="From">The cluster that it was in: a record's number.</param>
/// <param name="To">The one that it is in.</param>
public readonly record struct ClusterMove(int Record, int From, int To);

/// <summary>A record that speaks for another to be the same.</summary>
/// <param name="Record">Its number.</param>
/// <param name="Bits">The evidence: log2 of the odds that the two are one.</param>
public readonly record struct MatchPartner(int Record, double Bits);

/// <summary>Where a new record belongs.</summary>
/// <param name="Clusters">The clusters that would become one with it: none, one, or several that it brings together.</param>
/// <param name="Members">The records that it would be one with, ascending.</param>
/// <param name="Partners">The records that were compared with it and are not far from it, strongest first.</param>
public sealed record MatchAnswer(IReadOnlyList<int> Clusters, IReadOnlyList<int> Members, IReadOnlyList<MatchPartner> Partners);
