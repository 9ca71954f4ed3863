using CustomerInsights.Core.Unification.Identities;

namespace CustomerInsights.Core.Unification;

/// <summary>
/// Union–find over 0..count−1 that refuses a union which would join a denied pair, whatever the length of the chain.
/// </summary>
/// <remarks>
/// Each root with denials keeps the set of roots it must not meet. A union merges the smaller set into the larger, so all
/// unions together cost O((n + d) log d) beside the union–find itself (Tarjan 1975: path halving, union by size).
/// </remarks>
internal sealed class ConstrainedUnionFind
{
    private readonly int[] _parent;
    private readonly int[] _size;
    private readonly Dictionary<int, HashSet<int>> _denied = [];
    private readonly IdentifierBudget? _budget;

    public ConstrainedUnionFind(int count, IdentifierBudget? budget = null)
    {
        _budget = budget;
        _parent = new int[count];
        _size = new int[count];
        for (var i = 0; i < count; i++)
        {
            _parent[i] = i;
            _size[i] = 1;
        }
    }

    public int Find(int item)
    {
        while (_parent[item] != item)
        {
            _parent[item] = _parent[_parent[item]];
            item = _parent[item];
        }

        return item;
    }

    /// <summary>Forbids that the two ever meet. Only before the first union; a pair of one item with itself is ignored.</summary>
    public void Deny(int left, int right)
    {
        if (left != right)
        {
            Denials(left).Add(right);
            Denials(right).Add(left);
        }
    }

    /// <summary>The limit of identifiers that a union of the two would exceed; null when there is none. A union does not ask.</summary>
    public LimitBreach? Breach(int left, int right)
    {
        var (a, b) = (Find(left), Find(right));
        return _budget is null || a == b ? null : _budget.Breach(a, b);
    }

    /// <summary>The limit that a union of all these roots would exceed.</summary>
    public LimitBreach? Breach(IReadOnlyCollection<int> roots) => _budget?.Breach(roots);

    /// <summary>Whether a denied pair lies among these roots.</summary>
    public bool AnyDenied(IReadOnlySet<int> roots) => _denied.Count > 0 && roots.Any(root => _denied.TryGetValue(root, out var denials) && denials.Overlaps(roots));

    /// <summary>Joins the two, or returns false when that would join a denied pair.</summary>
    public bool Union(int left, int right)
    {
        var a = Find(left);
        var b = Find(right);
        if (a == b)
        {
            return true;
        }

        if (_denied.TryGetValue(a, out var denials) && denials.Contains(b))
        {
            return false;
        }

        if (_size[a] < _size[b])
        {
            (a, b) = (b, a);
        }

        _parent[b] = a;
        _size[a] += _size[b];
        MoveDenials(b, a);
        _budget?.Move(b, a);
        return true;
    }

    private void MoveDenials(int from, int to)
    {
        if (!_denied.Remove(from, out var moved))
        {
            return;
        }

        foreach (var other in moved)
        {
            var others = _denied[other];
            others.Remove(from);
            others.Add(to);
        }

        if (_denied.TryGetValue(to, out var present) && present.Count < moved.Count)
        {
            (present, moved) = (moved, present);
        }

        if (present is null)
        {
            _denied[to] = moved;
        }
        else
        {
            present.UnionWith(moved);
            _denied[to] = present;
        }
    }

    private HashSet<int> Denials(int item)
    {
        if (!_denied.TryGetValue(item, out var denials))
        {
            _denied.Add(item, denials = []);
        }

        return denials;
    }
}
