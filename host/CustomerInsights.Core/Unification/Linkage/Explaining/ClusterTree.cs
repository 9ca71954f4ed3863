namespace CustomerInsights.Core.Unification.Linkage;

/// <summary>
/// The records of one cluster joined again by average link, as <see cref="AverageLink"/> does it: what joined last is the weakest cut. Joins of other
/// clusters change nothing here, so the order is that of the run. Where the average speaks against, a constraint must have joined them: those come last.
/// </summary>
internal sealed class ClusterTree
{
    private const double Most = AverageLink.Most;
    private const double Unseen = AverageLink.Unseen;

    private readonly Dictionary<int, double>[] _links;
    private readonly int[] _size;
    private readonly int[] _version;
    private readonly int[] _parent;
    private readonly PriorityQueue<(int A, int B, int VersionA, int VersionB), (double, int, int)> _queue = new();

    /// <param name="count">Records, numbered in the order that decides between equals.</param>
    /// <param name="edges">Compared pairs with their evidence less the strictness, in bits.</param>
    internal ClusterTree(int count, IEnumerable<(int A, int B, double Bits)> edges)
    {
        _links = [.. Enumerable.Range(0, count).Select(_ => new Dictionary<int, double>())];
        (_size, _version, _parent) = ([.. Enumerable.Repeat(1, count)], new int[count], [.. Enumerable.Range(0, count)]);
        foreach (var (a, b, bits) in edges.Where(edge => edge.Bits > AverageLink.Floor))
        {
            _links[a][b] = _links[b][a] = Weight(bits);
        }

        for (var a = 0; a < count; a++)
        {
            foreach (var b in _links[a].Keys.Where(b => b > a))
            {
                Offer(a, b);
            }
        }

        var left = count;
        while (left > 1 && _queue.TryDequeue(out var next, out var order))
        {
            if (_version[next.A] == next.VersionA && _version[next.B] == next.VersionB)
            {
                Join(next.A, next.B, -order.Item1);
                left--;
            }
        }

        // What shares no edge at all.
        var roots = Enumerable.Range(0, count).Where(i => _parent[i] == i).ToArray();
        foreach (var root in roots.Skip(1))
        {
            Join(roots[0], root, Unseen);
        }
    }

    /// <summary>The records of the smaller side of the last join; empty when there was none.</summary>
    internal int[] LastPart { get; private set; } = [];

    /// <summary>The average of the last join, in bits above the strictness.</summary>
    internal double LastAverage { get; private set; }

    // What a pair is worth above one that was never compared.
    internal static double Weight(double bits) => Math.Clamp(bits, -Most, Most) - Unseen;

    private void Offer(int a, int b)
    {
        (a, b) = a < b ? (a, b) : (b, a);
        _queue.Enqueue((a, b, _version[a], _version[b]), (-((_links[a][b] / ((double)_size[a] * _size[b])) + Unseen), a, b));
    }

    private void Join(int a, int b, double average)
    {
        if (_size[a] + _size[b] == _parent.Length)
        {
            var part = _size[a] < _size[b] ? a : b;
            (LastPart, LastAverage) = ([.. Enumerable.Range(0, _parent.Length).Where(i => Top(i) == part)], average);
        }

        _parent[b] = a;
        _links[a].Remove(b);
        foreach (var (other, weight) in _links[b].Where(link => link.Key != a))
        {
            _links[a][other] = _links[other][a] = weight + _links[a].GetValueOrDefault(other);
            _links[other].Remove(b);
        }

        _links[b] = [];
        _size[a] += _size[b];
        _version[a]++;
        _version[b] = -1;
        foreach (var other in _links[a].Keys)
        {
            Offer(a, other);
        }
    }

    private int Top(int i)
    {
        while (_parent[i] != i)
        {
            i = _parent[i];
        }

        return i;
    }
}
