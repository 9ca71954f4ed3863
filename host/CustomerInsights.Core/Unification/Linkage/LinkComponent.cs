namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>Average link inside one component: records, or groups of them, that evidence connects.</summary>
/// <remarks>
/// The average of a union lies between those of its parts, so a queued value is never below the true one: it is looked at again only when
/// it comes to the front. A merge moves the shorter list of links to the longer. With m links that is O(m log n) moves. What comes to the front
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
    private readonly Dictionary<int, Link>[] _links;
    private readonly HashSet<int>?[] _apart;
    private readonly HashSet<int>[][] _values;
    private readonly IReadOnlyList<FieldComparison> _agreeing;
    private readonly Scratch _scratch = new();
    private readonly PriorityQueue<(int A, int B, double Value), (double, int, int)> _queue = new();
    private readonly double _tolerated;

    internal LinkComponent(ReadOnlySpan<int> edges, ulong[] pairs, double[] bits, double stop, LinkGroups groups, LinkConstraints constraints)
    {
        var nodes = new HashSet<int>();
        foreach (var edge in edges)
        {
            nodes.Add(groups.NodeOf[(int)(pairs[edge] >> 32)]);
            nodes.Add(groups.NodeOf[(int)(uint)pairs[edge]]);
        }

        _members = [.. nodes.OrderBy(groups.Hash).ThenBy(node => node)];
        var place = new Dictionary<int, int>(_members.Length);
        for (var i = 0; i < _members.Length; i++)
        {
            place.Add(_members[i], i);
        }

        _size = Array.ConvertAll(_members, node => (long)groups.Size(node));
        _parent = [.. Enumerable.Range(0, _members.Length)];
        _label = [.. _parent];
        _alone = Array.ConvertAll(_members, groups.Alone);
        _links = Array.ConvertAll(_members, _ => new Dictionary<int, Link>());
        _apart = Array.ConvertAll(_members, node => Inside(groups.Apart(node), place));
        _agreeing = constraints.Agreeing;
        _values = _agreeing.Count == 0 ? [] : Array.ConvertAll(_members, groups.Values);
        _tolerated = _members.Length > Large ? Tolerated : 0;
        foreach (var edge in edges)
        {
            var (a, b) = (place[groups.NodeOf[(int)(pairs[edge] >> 32)]], place[groups.NodeOf[(int)(uint)pairs[edge]]]);
            var sum = (long)Math.Round((Math.Clamp(bits[edge] - stop, -Most, Most) - Unseen) * Unit) + _links[a].GetValueOrDefault(b).Sum;
            _links[a][b] = new(sum, double.NaN);
            _links[b][a] = new(sum, double.NaN);
        }
    }

    /// <summary>Joins what belongs together and writes for each node the smallest row of its cluster.</summary>
    internal void Join(int[] result)
    {
        for (var a = 0; a < _members.Length; a++)
        {
            foreach (var b in _links[a].Keys.Where(b => b > a).ToList())
            {
                Offer(a, b);
            }
        }

        while (_queue.TryDequeue(out var next, out _))
        {
            var (a, b) = (Top(next.A), Top(next.B));
            if (a == b || AreApart(a, b))
            {
                continue;
            }

            if (IsRight(next, a, b))
            {
                Merge(a, b);
            }
            else
            {
                Offer(a, b);
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

    private static HashSet<int>? Inside(IReadOnlyList<int> nodes, Dictionary<int, int> place) =>
        nodes.Count == 0 ? null : [.. nodes.Where(place.ContainsKey).Select(node => place[node])];

    private bool IsRight((int A, int B, double Value) next, int a, int b)
    {
        var now = Average(a, b);
        return now > 0 && now >= next.Value - _tolerated
            && (_tolerated > 0 || (Math.Min(_label[a], _label[b]), Math.Max(_label[a], _label[b])) == (Math.Min(next.A, next.B), Math.Max(next.A, next.B)));
    }

    private double Average(int a, int b) => (_links[a][b].Sum / Unit / ((double)_size[a] * _size[b])) + Unseen;

    private void Offer(int a, int b)
    {
        var value = Average(a, b);
        var link = _links[a][b];
        if (value <= 0 || link.Queued.Equals(value) || AreApart(a, b))
        {
            return;
        }

        _links[a][b] = _links[b][a] = link with { Queued = value };
        var (one, other) = (Math.Min(_label[a], _label[b]), Math.Max(_label[a], _label[b]));
        _queue.Enqueue((one, other, value), (-value, one, other));
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
                    if (_agreeing[field].Level(Math.Min(one, other), Math.Max(one, other), _scratch) == FieldComparison.Different)
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
        if (_links[a].Count < _links[b].Count)
        {
            (a, b) = (b, a);
        }

        _parent[b] = a;
        _label[a] = Math.Min(_label[a], _label[b]);
        _links[a].Remove(b);
        foreach (var (other, link) in _links[b])
        {
            if (other == a)
            {
                continue;
            }

            _links[other].Remove(b);
            _links[a][other] = _links[other][a] = new(link.Sum + _links[a].GetValueOrDefault(other).Sum, double.NaN);
        }

        _links[b] = [];
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

    // The evidence between two clusters above that of unseen pairs, and the average with which it last came into the queue.
    private readonly record struct Link(long Sum, double Queued);
}
