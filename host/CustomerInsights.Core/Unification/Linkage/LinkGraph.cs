namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// The evidence between the clusters of one component, while they merge. A link is looked up by its number or by its two ends; its ends are always clusters
/// that still stand. A merge of two takes as long as the one with fewer links has links.
/// </summary>
internal sealed class LinkGraph
{
    private const int None = -1;

    // Half 2e and half 2e + 1 are the ends of link e; each is in the chain of the halves of its cluster.
    private readonly int[] _end;
    private readonly int[] _next;
    private readonly int[] _head;
    private readonly int[] _degree;
    private readonly long[] _sum;

    // The link that took a link up; itself while it stands, none when its ends became one.
    private readonly int[] _into;

    // By hash of both ends the link's number, counted from 1; 0 for none. At most half of the places are taken.
    private readonly int[] _places;
    private int _count;

    /// <param name="nodes">Clusters, numbered from 0.</param>
    /// <param name="most">Links at most.</param>
    internal LinkGraph(int nodes, int most)
    {
        (_end, _next, _head, _degree) = (new int[2 * most], new int[2 * most], new int[nodes], new int[nodes]);
        (_sum, _into, Queued) = (new long[most], new int[most], new double[most]);
        _places = new int[(int)System.Numerics.BitOperations.RoundUpToPowerOf2((uint)Math.Max(2, 2 * most))];
        Array.Fill(_head, None);
        Array.Fill(Queued, double.NaN);
    }

    /// <summary>Links that were added, whether they still stand or not.</summary>
    internal int Count => _count;

    /// <summary>For each link a number to note with it; not a number when the link is new or has changed.</summary>
    internal double[] Queued { get; }

    internal (int A, int B) Ends(int link) => (_end[2 * link], _end[(2 * link) + 1]);

    internal long Sum(int link) => _sum[link];

    /// <summary>Adds evidence between two clusters.</summary>
    internal void Add(int a, int b, long sum)
    {
        ref var place = ref _places[PlaceOf(a, b)];
        if (place > 0)
        {
            _sum[place - 1] += sum;
            return;
        }

        var link = _count++;
        place = _count;
        (_sum[link], _into[link]) = (sum, link);
        Attach(2 * link, a);
        Attach((2 * link) + 1, b);
    }

    /// <summary>The link that stands for one that was added; −1 when its ends are one.</summary>
    internal int Standing(int link)
    {
        while (link != None && _into[link] != link)
        {
            var into = _into[link];
            if (into != None)
            {
                _into[link] = _into[into];
            }

            link = into;
        }

        return link;
    }

    /// <summary>Whether a merge should take the second into the first: it has no more links.</summary>
    internal bool IsLarger(int a, int b) => _degree[a] >= _degree[b];

    /// <summary>Makes the links of a cluster links of another; sums of two that become one are added.</summary>
    /// <param name="from">The cluster that goes.</param>
    /// <param name="to">The cluster that stays.</param>
    internal void Merge(int from, int to)
    {
        for (int half = _head[from], next; half != None; half = next)
        {
            (next, var link, var other) = (_next[half], half / 2, _end[half ^ 1]);
            if (_into[link] != link)
            {
                continue;
            }

            Remove(PlaceOf(from, other));
            if (other == to)
            {
                _into[link] = None;
                _degree[to]--;
                continue;
            }

            ref var place = ref _places[PlaceOf(to, other)];
            if (place > 0)
            {
                var kept = place - 1;
                (_sum[kept], Queued[kept], _into[link]) = (_sum[kept] + _sum[link], double.NaN, kept);
                _degree[other]--;
            }
            else
            {
                place = link + 1;
                Queued[link] = double.NaN;
                Attach(half, to);
            }
        }

        _head[from] = None;
    }

    private void Attach(int half, int node)
    {
        (_end[half], _next[half], _head[node]) = (node, _head[node], half);
        _degree[node]++;
    }

    private int First(int a, int b) => (int)(TextHash.Mix(((ulong)(uint)Math.Min(a, b) << 32) | (uint)Math.Max(a, b)) & (uint)(_places.Length - 1));

    // The place of the link between two clusters, or the free one where it would go.
    private int PlaceOf(int a, int b)
    {
        var place = First(a, b);
        for (; _places[place] is not 0 and var taken; place = (place + 1) & (_places.Length - 1))
        {
            var (one, other) = Ends(taken - 1);
            if ((one == a && other == b) || (one == b && other == a))
            {
                break;
            }
        }

        return place;
    }

    // Those behind move up, so that nothing that is looked for lies behind a gap.
    private void Remove(int place)
    {
        var mask = _places.Length - 1;
        for (var at = (place + 1) & mask; _places[at] is not 0 and var taken; at = (at + 1) & mask)
        {
            var (one, other) = Ends(taken - 1);
            if (((at - First(one, other)) & mask) >= ((at - place) & mask))
            {
                (_places[place], place) = (taken, at);
            }
        }

        _places[place] = 0;
    }
}
