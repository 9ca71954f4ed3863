namespace CustomerInsights.Core.Unification.Accounts;

/// <summary>Finds circles among parents: an account that is, over others, its own ancestor.</summary>
public static class ParentCycles
{
    /// <summary>All circles. Nobody on a circle has a parent: no edge of it is more right than another.</summary>
    /// <param name="parents">Child to parent; each child has one.</param>
    /// <returns>Each circle once, from its smallest member in the direction of the parents; circles by smallest member.</returns>
    public static IReadOnlyList<IReadOnlyList<long>> Find(IReadOnlyDictionary<long, long> parents)
    {
        ArgumentNullException.ThrowIfNull(parents);
        var done = new HashSet<long>();
        var circles = new List<IReadOnlyList<long>>();
        foreach (var start in parents.Keys)
        {
            var path = new List<long>();
            var place = new Dictionary<long, int>();
            for (var at = start; !done.Contains(at); at = parents[at])
            {
                if (place.TryGetValue(at, out var from))
                {
                    circles.Add(FromSmallest(path[from..]));
                    break;
                }

                place[at] = path.Count;
                path.Add(at);
                if (!parents.ContainsKey(at))
                {
                    break;
                }
            }

            done.UnionWith(path);
        }

        return [.. circles.OrderBy(circle => circle[0])];
    }

    private static List<long> FromSmallest(List<long> circle)
    {
        var first = circle.IndexOf(circle.Min());
        return [.. circle[first..], .. circle[..first]];
    }
}
