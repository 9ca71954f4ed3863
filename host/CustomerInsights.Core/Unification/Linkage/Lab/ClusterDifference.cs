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

        var parts = Parts(before, after);
        var (splits, parted) = Groups(parts, part => part.Before);
        Array.Sort(parts, (one, other) => (one.After, one.Before).CompareTo((other.After, other.Before)));
        var (merges, joined) = Groups(parts, part => part.After);
        var (merged, split) = (merges.Select(group => group[0].After).ToHashSet(), splits.Select(group => group[0].Before).ToHashSet());
        return new(
            merges.Count,
            splits.Count,
            parts.Where(part => merged.Contains(part.After) || split.Contains(part.Before)).Sum(part => part.Size),
            joined,
            parted,
            Samples(merges, samples),
            Samples(splits, samples));
    }

    // What one cluster before and one after have in common, by the cluster before.
    private static Part[] Parts(IReadOnlyList<int> before, IReadOnlyList<int> after)
    {
        var rows = new ulong[before.Count];
        for (var row = 0; row < rows.Length; row++)
        {
            rows[row] = ((ulong)(uint)before[row] << 32) | (uint)after[row];
        }

        Array.Sort(rows);
        var parts = new List<Part>();
        for (int from = 0, to; from < rows.Length; from = to)
        {
            for (to = from + 1; to < rows.Length && rows[to] == rows[from]; to++)
            {
            }

            parts.Add(new((int)(rows[from] >> 32), (int)(uint)rows[from], to - from));
        }

        return [.. parts];
    }

    // The clusters of several parts, and the pairs of records in them across parts. The parts of a cluster stand together.
    private static (List<Part[]> Groups, long Across) Groups(Part[] parts, Func<Part, int> cluster)
    {
        var (groups, across) = (new List<Part[]>(), 0L);
        for (int from = 0, to; from < parts.Length; from = to)
        {
            for (to = from + 1; to < parts.Length && cluster(parts[to]) == cluster(parts[from]); to++)
            {
            }

            if (to - from > 1)
            {
                var group = parts[from..to];
                groups.Add(group);
                across += Pairs(group.Sum(part => part.Size)) - group.Sum(part => Pairs(part.Size));
            }
        }

        return (groups, across);
    }

    private static ClusterChange[] Samples(List<Part[]> changes, int samples) =>
    [
        .. changes.Select(group => (group, Records: group.Sum(part => part.Size))).OrderByDescending(one => one.Records).ThenBy(one => one.group.Min(part => part.Before)).ThenBy(one => one.group.Min(part => part.After)).Take(samples)
            .Select(one => new ClusterChange(Told(one.group.Select(part => part.Before)), Told(one.group.Select(part => part.After)), one.Records)),
    ];

    private static int[] Told(IEnumerable<int> clusters) => [.. clusters.Distinct().Order().Take(ClustersTold)];

    private static long Pairs(long size) => size * (size - 1) / 2;

    private readonly record struct Part(int Before, int After, int Size);
}
