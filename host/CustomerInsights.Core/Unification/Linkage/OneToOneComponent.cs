namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>A component whose records all belong to one of two sources that have each person once.</summary>
internal static class OneToOneComponent
{
    private const ulong First = 1;
    private const ulong Both = 3;

    /// <summary>Whether all records of a component are of the two sources.</summary>
    internal static bool IsOne(ReadOnlySpan<int> edges, ulong[] pairs, LinkGroups groups)
    {
        foreach (var edge in edges)
        {
            if (groups.Alone(groups.NodeOf[(int)(pairs[edge] >> 32)]) == 0 || groups.Alone(groups.NodeOf[(int)(uint)pairs[edge]]) == 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Pairs the records and writes for each node the smallest row of its cluster.</summary>
    /// <returns>The ties, each by the nodes that it holds, ascending; null for none.</returns>
    internal static List<int[]>? Join(ReadOnlySpan<int> edges, ulong[] pairs, double[] bits, double stop, LinkGroups groups, LinkConstraints constraints, int[] result)
    {
        // Evidence between groups of records: the average, where pairs that were not compared count as in average link. Nothing is capped, since a
        // pair is weighed against other pairs here and not against records that outvote it.
        var sums = new Dictionary<(int A, int B), long>();
        foreach (var edge in edges)
        {
            var (a, b) = (groups.NodeOf[(int)(pairs[edge] >> 32)], groups.NodeOf[(int)(uint)pairs[edge]]);
            if ((groups.Alone(a) | groups.Alone(b)) == Both && (groups.Alone(a) & groups.Alone(b)) == 0)
            {
                var key = groups.Alone(a) == First ? (a, b) : (b, a);
                sums[key] = sums.GetValueOrDefault(key) + OneToOne.Weight(bits[edge] - stop - AverageLink.Unseen);
            }
        }

        var solver = new OneToOne();
        solver.Solve(sums.Where(sum => !AreApart(sum.Key.A, sum.Key.B, groups, constraints))
            .Select(sum => (sum.Key.A, sum.Key.B, (sum.Value / ((long)groups.Size(sum.Key.A) * groups.Size(sum.Key.B))) + OneToOne.Weight(AverageLink.Unseen))));
        foreach (var (a, b) in solver.Pairs)
        {
            result[a] = result[b] = Math.Min(a, b);
        }

        foreach (var tie in solver.Ties)
        {
            Array.Sort(tie);
        }

        return solver.Ties.Count == 0 ? null : solver.Ties;
    }

    private static bool AreApart(int a, int b, LinkGroups groups, LinkConstraints constraints)
    {
        if (groups.Apart(a).Contains(b))
        {
            return true;
        }

        if (constraints.Agreeing.Count == 0)
        {
            return false;
        }

        var (left, right, scratch) = (groups.Values(a), groups.Values(b), new Scratch());
        return constraints.Agreeing.Select((field, i) => (field, i)).Any(one => left[one.i].Any(mine => right[one.i].Any(other =>
            one.field.Level(Math.Min(mine, other), Math.Max(mine, other), scratch) == FieldComparison.Different)));
    }
}
