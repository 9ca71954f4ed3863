namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Clusters that become one, or one that becomes several.</summary>
/// <param name="Before">The clusters before, by their smallest rows, at most 20.</param>
/// <param name="After">The clusters after, by their smallest rows, at most 20.</param>
/// <param name="Records">Records in all of the one cluster.</param>
public sealed record ClusterChange(IReadOnlyList<int> Before, IReadOnlyList<int> After, int Records);

/// <summary>What differs between two clusterings of the same records. A cluster that gives to one and takes from another is in both lists.</summary>
/// <param name="Merges">Clusters after that hold records of two or more before.</param>
/// <param name="Splits">Clusters before whose records are in two or more after.</param>
/// <param name="RecordsMoved">Records in a cluster that differs.</param>
/// <param name="PairsJoined">Pairs of records that are together only after.</param>
/// <param name="PairsParted">Pairs that are together only before.</param>
/// <param name="SampleMerges">The largest merges.</param>
/// <param name="SampleSplits">The largest splits.</param>
public sealed record ClusterDifference(int Merges, int Splits, int RecordsMoved, long PairsJoined, long PairsParted, IReadOnlyList<ClusterChange> SampleMerges, IReadOnlyList<ClusterChange> SampleSplits)
{
    private const int ClustersTold = 20;

    /// <summary>Compares two clusterings.</summary>
    /// <param name="before">For each record its cluster.</param>
    /// <param name="after">For each of the same records its cluster.</param>
    /// <param name="samples">Changes of each kind to tell, 0 or more.</param>
    /// <returns>What differs.</returns>
    /// <exception cref="ArgumentException">The two are of different lengths.</exception>
    public static ClusterDifference Of(IReadOnlyList<int> before, IReadOnlyList<int> after, int samples)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        if (before.Count != after.Count)
        {
            throw new ArgumentException($"{after.Count} records are compared with {before.Count}: the clusterings must be of the same records.", nameof(after));
        }

        var parts = Enumerable.Range(0, before.Count).GroupBy(row => (Before: before[row], After: after[row])).Select(group => (group.Key.Before, group.Key.After, Size: group.Count())).ToList();
        var merges = parts.GroupBy(part => part.After).Where(group => group.Skip(1).Any()).ToList();
        var splits = parts.GroupBy(part => part.Before).Where(group => group.Skip(1).Any()).ToList();
        var (merged, split) = (merges.Select(group => group.Key).ToHashSet(), splits.Select(group => group.Key).ToHashSet());
        var both = parts.Sum(part => Pairs(part.Size));
        return new(
            merges.Count,
            splits.Count,
            parts.Where(part => merged.Contains(part.After) || split.Contains(part.Before)).Sum(part => part.Size),
            parts.GroupBy(part => part.After).Sum(group => Pairs(group.Sum(part => part.Size))) - both,
            parts.GroupBy(part => part.Before).Sum(group => Pairs(group.Sum(part => part.Size))) - both,
            Samples(merges, samples),
            Samples(splits, samples));
    }

    private static ClusterChange[] Samples(List<IGrouping<int, (int Before, int After, int Size)>> changes, int samples) =>
    [
        .. changes.Select(group => (group, Records: group.Sum(part => part.Size))).OrderByDescending(one => one.Records).ThenBy(one => one.group.Key).Take(samples)
            .Select(one => new ClusterChange(Told(one.group.Select(part => part.Before)), Told(one.group.Select(part => part.After)), one.Records)),
    ];

    private static int[] Told(IEnumerable<int> clusters) => [.. clusters.Distinct().Order().Take(ClustersTold)];

    private static long Pairs(long size) => size * (size - 1) / 2;
}
