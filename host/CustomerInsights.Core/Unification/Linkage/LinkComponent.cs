namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Average link inside one component: records, or groups of them, that evidence connects.</summary>
/// <remarks>
/// The average of a union lies between those of its parts, so a queued value is never below the true one: it is looked at again only when
/// it comes to the front. A merge moves the fewer links to the more. With m links that is O(m log n) moves. What comes to the front
/// too high is queued again; in a component of more than <see cref="Large"/> nodes a value that is off by less than a quarter of a bit counts as
/// right, so that each link is queued at most 25 times and no shape of a component takes more than O(m log m).
/// </remarks>
internal sealed class LinkComponent
{
    private const double Most = AverageLink.Most;
    private const double Unseen = AverageLink.Unseen;
    private const int Large = 5000;
    private const double Tolerated = 0.25;

    // Evidence is summed in whole numbers: the sum is the same in any order.
    private const double Unit = 1 << 24;

    private readonly int[] _members;
    private readonly long[] _size;
    private readonly int[] _parent;
    private readonly int[] _label;
    private readonly ulong[] _alone;
    private readonly LinkGraph _links;
    private readonly HashSet<int>?[] _apart;
    private readonly HashSet<int>[][] _values;
    private readonly IReadOnlyList<FieldComparison> _agreeing;
    private readonly PriorityQueue<int, Rank> _queue = new();
    private readonly double _tolerated;
    private Scratch? _scratch;

    /// <param name="edges">The places of the component's pairs among all.</param>
    /// <param name="pairs">All pairs.</param>
    /// <param name="bits">The evidence of each.</param>
    /// <param name="stop">The average evidence, in bits, at which to stop.</param>
    /// <param name="groups">The nodes.</param>
    /// <param name="constraints">What holds whatever the evidence.</param>
    /// <param name="place">Room for a number for each row; what is written there concerns the component's own nodes alone.</param>
    internal LinkComponent(ReadOnlySpan<int> edges, ulong[] pairs, double[] bits, double stop, LinkGroups groups, LinkConstraints constraints, int[] place)
    {
        _members = Nodes(edges, pairs, groups);
        for (var i = 0; i < _members.Length; i++)
        {
            place[_members[i]] = i;
        }

        _size = Array.ConvertAll(_members, node => (long)groups.Size(node));
        (_parent, _label) = (new int[_members.Length], new int[_members.Length]);
        for (var i = 0; i < _members.Length; i++)
        {
            (_parent[i], _label[i]) = (i, i);
        }

        _alone = Array.ConvertAll(_members, groups.Alone);
        _apart = Array.ConvertAll(_members, node => Inside(groups.Apart(node), place));
        _agreeing = constraints.Agreeing;
        _values = _agreeing.Count == 0 ? [] : Array.ConvertAll(_members, groups.Values);
        _tolerated = _members.Length > Large ? Tolerated : 0;
        _links = new(_members.Length, edges.Length);
        foreach (var edge in edges)
        {
            var sum = (long)Math.Round((Math.Clamp(bits[edge] - stop, -Most, Most) - Unseen) * Unit);
            _links.Add(place[groups.NodeOf[(int)(pairs[edge] >> 32)]], place[groups.NodeOf[(int)(uint)pairs[edge]]], sum);
        }
    }

    /// <summary>Joins what belongs together and writes for each node the smallest row of its cluster.</summary>
    internal void Join(int[] result)
    {
        for (var link = 0; link < _links.Count; link++)
        {
            Offer(link);
        }

        while (_queue.TryDequeue(out var queued, out var next))
        {
            var link = _links.Standing(queued);
            if (link < 0)
            {
                continue;
            }

            var (a, b) = _links.Ends(link);
            if (!AreApart(a, b))
            {
                if (IsRight(next, link))
                {
                    Merge(a, b);
                }
                else
                {
                    Offer(link);
                }
            }
        }

        var smallest = new int[_members.Length];
        Array.Fill(smallest, int.MaxValue);
        for (var i = 0; i < _members.Length; i++)
        {
            var top = Top(i);
            smallest[top] = Math.Min(smallest[top], _members[i]);
        }

        for (var i = 0; i < _members.Length; i++)
        {
            result[_members[i]] = smallest[Top(i)];
        }
    }

    // By hash, since rows mean nothing.
    private static int[] Nodes(ReadOnlySpan<int> edges, ulong[] pairs, LinkGroups groups)
    {
        var (nodes, count) = (new int[2 * edges.Length], 0);
        foreach (var edge in edges)
        {
            nodes[count++] = groups.NodeOf[(int)(pairs[edge] >> 32)];
            nodes[count++] = groups.NodeOf[(int)(uint)pairs[edge]];
        }

        Array.Sort(nodes);
        var distinct = 0;
        for (var i = 0; i < nodes.Length; i++)
        {
            if (i == 0 || nodes[i] != nodes[i - 1])
            {
                nodes[distinct++] = nodes[i];
            }
        }

        Array.Resize(ref nodes, distinct);
        Array.Sort(nodes, (one, other) => groups.Hash(one) == groups.Hash(other) ? one.CompareTo(other) : groups.Hash(one).CompareTo(groups.Hash(other)));
        return nodes;
    }

    // The places of those that are in the component: the room may hold what another component left or is writing, which is no node of this one.
    private HashSet<int>? Inside(IReadOnlyList<int> nodes, int[] place)
    {
        HashSet<int>? inside = null;
        foreach (var node in nodes)
        {
            if (place[node] is var at && (uint)at < (uint)_members.Length && _members[at] == node)
            {
                (inside ??= []).Add(at);
            }
        }

        return inside;
    }

    private bool IsRight(Rank next, int link)
    {
        var now = RankOf(link);
        return now.Value > 0 && now.Value >= next.Value - _tolerated && (_tolerated > 0 || (now.One, now.Other) == (next.One, next.Other));
    }

    private Rank RankOf(int link)
    {
        var (a, b) = _links.Ends(link);
        return new((_links.Sum(link) / Unit / ((double)_size[a] * _size[b])) + Unseen, Math.Min(_label[a], _label[b]), Math.Max(_label[a], _label[b]));
    }

    private void Offer(int link)
    {
        var rank = RankOf(link);
        var (a, b) = _links.Ends(link);
        if (rank.Value > 0 && !_links.Queued[link].Equals(rank.Value) && !AreApart(a, b))
        {
            _links.Queued[link] = rank.Value;
            _queue.Enqueue(link, rank);
        }
    }

    private bool AreApart(int a, int b) => (_alone[a] & _alone[b]) != 0 || _apart[a]?.Contains(b) == true || Differ(a, b);

    private bool Differ(int a, int b)
    {
        for (var field = 0; field < _agreeing.Count; field++)
        {
            foreach (var one in _values[a][field])
            {
                foreach (var other in _values[b][field])
                {
                    if (_agreeing[field].Level(Math.Min(one, other), Math.Max(one, other), _scratch ??= new()) == FieldComparison.Different)
                    {
                        return true;
                    }
                }
            }
        }

        return false;
    }

    private int Top(int node)
    {
        while (_parent[node] != node)
        {
            _parent[node] = _parent[_parent[node]];
            node = _parent[node];
        }

        return node;
    }

    private void Merge(int a, int b)
    {
        if (!_links.IsLarger(a, b))
        {
            (a, b) = (b, a);
        }

        _parent[b] = a;
        _label[a] = Math.Min(_label[a], _label[b]);
        _links.Merge(b, a);
        _size[a] += _size[b];
        _alone[a] |= _alone[b];
        for (var field = 0; field < _agreeing.Count; field++)
        {
            _values[a][field].UnionWith(_values[b][field]);
        }

        if (_apart[b] is { } denied)
        {
            foreach (var other in denied)
            {
                _apart[other]!.Remove(b);
                _apart[other]!.Add(a);
                (_apart[a] ??= []).Add(other);
            }

            _apart[b] = null;
        }
    }

    // The average of a link and the labels of its ends, the smaller first: the highest average goes first, then the smaller labels.
    private readonly record struct Rank(double Value, int One, int Other) : IComparable<Rank>
    {
        public int CompareTo(Rank other) =>
            Value != other.Value ? other.Value.CompareTo(Value) : One != other.One ? One.CompareTo(other.One) : Other.CompareTo(other.Other);
    }
}
