namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// Brings records together by average link: of all pairs of clusters the one whose records agree most on average joins first, until the
/// average evidence is against. A pair that was never a candidate counts as slight evidence against, and one that speaks against no more than
/// that: what a pair lacks is often a value that was typed wrongly, not another person. One wrong edge between two people
/// is outvoted, where connected components would merge them. Between two sources that have each person once records are paired instead
/// (<see cref="OneToOne"/>).
/// </summary>
internal static class AverageLink
{
    /// <summary>Evidence from which a pair counts, in bits above the strictness; less is as if it had not been compared.</summary>
    internal const double Floor = -1;

    /// <summary>What a pair that was never compared says.</summary>
    internal const double Unseen = -1;

    /// <summary>What a pair says at most: one that agrees in everything must not outvote many others.</summary>
    internal const double Most = 6;

    /// <summary>Clusters the records.</summary>
    /// <param name="rows">How many records there are.</param>
    /// <param name="pairs">The candidates, the smaller row in the upper half, in any order.</param>
    /// <param name="bits">The evidence of each.</param>
    /// <param name="stop">The average evidence, in bits, at which to stop.</param>
    /// <param name="rowHashes">A number for each record that depends on its values alone: what decides between equals.</param>
    /// <param name="constraints">What holds whatever the evidence.</param>
    /// <param name="parallel">The result is the same with any number of threads.</param>
    /// <param name="ties">Takes the ties, in order of their first records; null when nobody asks.</param>
    /// <returns>For each record the smallest row of its cluster.</returns>
    internal static int[] Cluster(int rows, ulong[] pairs, double[] bits, double stop, ulong[] rowHashes, LinkConstraints constraints, ParallelOptions parallel, List<MatchTie>? ties = null)
    {
        var groups = new LinkGroups(rows, rowHashes, constraints);
        var result = groups.NodeOf.ToArray();
        var (edges, starts, place) = Components(rows, pairs, bits, stop, groups);

        // Components share no record, so the threads write to places of their own.
        var found = new List<int[]>?[starts.Length - 1];
        Parallel.For(0, starts.Length - 1, parallel, component =>
        {
            var own = edges.AsSpan(starts[component]..starts[component + 1]);
            if (constraints.IsOneToOne && OneToOneComponent.IsOne(own, pairs, groups))
            {
                found[component] = OneToOneComponent.Join(own, pairs, bits, stop, groups, constraints, result);
            }
            else
            {
                new LinkComponent(own, pairs, bits, stop, groups, constraints, place).Join(result);
            }
        });
        ties?.AddRange(found.SelectMany(one => one ?? []).OrderBy(tie => tie[0]).Select(tie => new MatchTie(tie)));
        for (var row = 0; row < rows; row++)
        {
            result[row] = result[groups.NodeOf[row]];
        }

        return result;
    }

    // The places of the pairs that count, component by component, where each component begins, and room for a number for each row.
    private static (int[] Edges, int[] Starts, int[] Room) Components(int rows, ulong[] pairs, double[] bits, double stop, LinkGroups groups)
    {
        var sets = new ConstrainedUnionFind(rows);
        var taken = new List<int>();
        for (var i = 0; i < pairs.Length; i++)
        {
            var (a, b) = (groups.NodeOf[(int)(pairs[i] >> 32)], groups.NodeOf[(int)(uint)pairs[i]]);
            if (a != b && bits[i] > Floor + stop)
            {
                taken.Add(i);
                sets.Union(a, b);
            }
        }

        var (numbers, counts) = (new int[rows], new List<int>());
        foreach (var edge in taken)
        {
            var root = sets.Find(groups.NodeOf[(int)(pairs[edge] >> 32)]);
            if (numbers[root] == 0)
            {
                counts.Add(0);
                numbers[root] = counts.Count;
            }

            counts[numbers[root] - 1]++;
        }

        var starts = new int[counts.Count + 1];
        for (var i = 0; i < counts.Count; i++)
        {
            starts[i + 1] = starts[i] + counts[i];
        }

        var (edges, at) = (new int[taken.Count], starts.ToArray());
        foreach (var edge in taken)
        {
            edges[at[numbers[sets.Find(groups.NodeOf[(int)(pairs[edge] >> 32)])] - 1]++] = edge;
        }

        return (edges, starts, numbers);
    }
}
