namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Records of one side that fit several of the other equally well, so that nothing but chance could tell which are one. They are left apart.</summary>
/// <param name="Records">Their rows, ascending, of both sources.</param>
public sealed record MatchTie(IReadOnlyList<int> Records);

/// <summary>
/// One component between two sources that have each person once: of all ways to pair its records the one with the largest sum of evidence, so that a
/// pair which takes both of its records from better ones does not hold although it is strong. Pairs that only some of the best ways have are ties.
/// </summary>
/// <remarks>
/// Exact up to <see cref="Large"/> nodes. A larger component is solved in layers: the strongest of its evidence first, as much of it as leaves no part
/// larger than that, then what is left among records without a partner. Each pair that this misses has a record whose pair is stronger, so that
/// the sum is, ties aside, never below half of the best one. Where pairs of one and the same evidence make a larger part, it is solved exactly nevertheless.
/// </remarks>
internal sealed class OneToOne
{
    /// <summary>Nodes up to which a component is solved at once.</summary>
    internal const int Large = 2000;

    private const double Unit = 1 << 24;
    private readonly int _large;

    /// <param name="large">Nodes up to which a component is solved at once.</param>
    internal OneToOne(int large = Large) => _large = large;

    /// <summary>The pairs that are one.</summary>
    internal List<(int A, int B)> Pairs { get; } = [];

    /// <summary>The groups of nodes that could be paired in several ways.</summary>
    internal List<int[]> Ties { get; } = [];

    /// <summary>The weight of some evidence above the strictness, in bits.</summary>
    internal static long Weight(double bits) => (long)Math.Round(bits * Unit);

    /// <summary>Pairs what belongs together.</summary>
    /// <param name="edges">Two nodes, that of the first source first, and their evidence; what is not above 0 is left out. Each two nodes once.</param>
    internal void Solve(IEnumerable<(int A, int B, long Weight)> edges)
    {
        var open = new Stack<List<(int A, int B, long Weight)>>(Parts([.. edges.Where(edge => edge.Weight > 0)]));
        while (open.TryPop(out var part))
        {
            var strong = Strongest(part);
            if (strong.Count == part.Count)
            {
                Exact(part);
                continue;
            }

            // Who has a partner, or several that are as good, is not asked again; of strong evidence one record at least is so.
            var (pairs, ties) = (Pairs.Count, Ties.Count);
            foreach (var one in Parts(strong))
            {
                Exact(one);
            }

            var done = Pairs.Skip(pairs).SelectMany(pair => new[] { pair.A, pair.B }).Concat(Ties.Skip(ties).SelectMany(tie => tie)).ToHashSet();
            foreach (var rest in Parts(part.FindAll(edge => !done.Contains(edge.A) && !done.Contains(edge.B))))
            {
                open.Push(rest);
            }
        }
    }

    // As much of the strongest evidence as leaves no part too large; of equal evidence all or none, but some at least.
    private List<(int A, int B, long Weight)> Strongest(List<(int A, int B, long Weight)> edges)
    {
        if (Nodes(edges) <= _large)
        {
            return edges;
        }

        var (places, sets, sizes) = (new Dictionary<int, int>(), new ConstrainedUnionFind(2 * edges.Count), new Dictionary<int, int>());
        var taken = new List<(int A, int B, long Weight)>();
        foreach (var level in edges.GroupBy(edge => edge.Weight).OrderByDescending(level => level.Key))
        {
            foreach (var (a, b, _) in level)
            {
                var (one, other) = (sets.Find(Place(a)), sets.Find(Place(b)));
                if (one != other)
                {
                    var size = sizes.GetValueOrDefault(one, 1) + sizes.GetValueOrDefault(other, 1);
                    sets.Union(one, other);
                    sizes[sets.Find(one)] = size;
                }
            }

            if (taken.Count > 0 && level.Any(edge => sizes[sets.Find(Place(edge.A))] > _large))
            {
                break;
            }

            taken.AddRange(level);
        }

        return taken;

        int Place(int node)
        {
            if (!places.TryGetValue(node, out var place))
            {
                places.Add(node, place = places.Count);
            }

            return place;
        }
    }

    private static int Nodes(List<(int A, int B, long Weight)> edges) => edges.Select(edge => edge.A).Concat(edges.Select(edge => edge.B)).Distinct().Count();

    private static IEnumerable<List<(int A, int B, long Weight)>> Parts(List<(int A, int B, long Weight)> edges)
    {
        var (places, sets) = (new Dictionary<int, int>(), new ConstrainedUnionFind(2 * edges.Count));
        foreach (var (a, b, _) in edges)
        {
            places.TryAdd(a, places.Count);
            places.TryAdd(b, places.Count);
            sets.Union(places[a], places[b]);
        }

        return edges.GroupBy(edge => sets.Find(places[edge.A])).Select(group => group.ToList());
    }

    private void Exact(List<(int A, int B, long Weight)> edges)
    {
        if (edges.Count == 1)
        {
            Pairs.Add((edges[0].A, edges[0].B));
            return;
        }

        int[] left = [.. edges.Select(edge => edge.A).Distinct()], right = [.. edges.Select(edge => edge.B).Distinct()];
        var (placeA, placeB) = (Places(left), Places(right));
        var matching = new BipartiteMatching(left.Length, right.Length, [.. edges.Select(edge => new SideEdge(placeA[edge.A], placeB[edge.B], edge.Weight))]);
        var (pairs, ties) = matching.Settled();
        Pairs.AddRange(pairs.Select(pair => (left[pair.Left], right[pair.Right])));
        Ties.AddRange(ties.Select(tie => (int[])[.. tie.Left.Select(node => left[node]), .. tie.Right.Select(node => right[node])]));
    }

    private static Dictionary<int, int> Places(int[] nodes) => nodes.Select((node, i) => (node, i)).ToDictionary(one => one.node, one => one.i);
}
