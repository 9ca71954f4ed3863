namespace CustomerInsights.Core.Unification.Linkage.Stored;

/// <summary>Which records are in another cluster than before.</summary>
public static class MovedRecords
{
    /// <summary>
    /// A cluster is the one of before with which it shares most records, each for one at most: the largest overlap first, then the smaller numbers. Records
    /// outside these overlaps moved. So of two clusters that become one the smaller moved, of one that falls apart all but the largest part.
    /// </summary>
    /// <param name="before">For each record its cluster.</param>
    /// <param name="after">For each of the same records its cluster.</param>
    /// <returns>The records that moved, ascending.</returns>
    /// <exception cref="ArgumentException">The two are of different lengths.</exception>
    public static IReadOnlyList<int> Of(IReadOnlyList<int> before, IReadOnlyList<int> after)
    {
        ArgumentNullException.ThrowIfNull(before);
        ArgumentNullException.ThrowIfNull(after);
        if (before.Count != after.Count)
        {
            throw new ArgumentException($"{after.Count} records are compared with {before.Count}: the clusterings must be of the same records.", nameof(after));
        }

        var overlaps = new Dictionary<(int Before, int After), int>();
        for (var row = 0; row < before.Count; row++)
        {
            overlaps[(before[row], after[row])] = overlaps.GetValueOrDefault((before[row], after[row])) + 1;
        }

        var (same, taken) = (new Dictionary<int, int>(), new HashSet<int>());
        foreach (var ((one, other), _) in overlaps.OrderByDescending(overlap => overlap.Value).ThenBy(overlap => overlap.Key))
        {
            if (!same.ContainsKey(one) && taken.Add(other))
            {
                same.Add(one, other);
            }
        }

        return [.. Enumerable.Range(0, before.Count).Where(row => !same.TryGetValue(before[row], out var now) || now != after[row])];
    }
}
