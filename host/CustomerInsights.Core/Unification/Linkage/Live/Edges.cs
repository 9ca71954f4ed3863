namespace CustomerInsights.Core.Unification.Linkage.Live;

/// <summary>The pairs of records that evidence connects, from both sides.</summary>
internal sealed class Edges
{
    private static readonly Dictionary<int, double> s_none = [];
    private readonly Dictionary<int, Dictionary<int, double>> _edges = [];

    internal IReadOnlyDictionary<int, double> Of(int row) => _edges.TryGetValue(row, out var own) ? own : s_none;

    internal void Put(int a, int b, double bits)
    {
        From(a)[b] = bits;
        From(b)[a] = bits;
    }

    /// <summary>Takes all edges of a record away.</summary>
    /// <returns>The records that they led to.</returns>
    internal IReadOnlyCollection<int> Clear(int row)
    {
        if (!_edges.Remove(row, out var own))
        {
            return [];
        }

        foreach (var other in own.Keys)
        {
            _edges[other].Remove(row);
        }

        return own.Keys;
    }

    /// <summary>All records of the components that these are in, ascending.</summary>
    /// <param name="rows">The records.</param>
    /// <param name="with">The records that each is told to be one with.</param>
    internal List<int> Reach(IEnumerable<int> rows, Func<int, IReadOnlyList<int>> with)
    {
        var reached = new HashSet<int>(rows);
        var open = new Stack<int>(reached);
        while (open.TryPop(out var row))
        {
            foreach (var other in Of(row).Keys.Concat(with(row)))
            {
                if (reached.Add(other))
                {
                    open.Push(other);
                }
            }
        }

        return [.. reached.Order()];
    }

    private Dictionary<int, double> From(int row)
    {
        if (!_edges.TryGetValue(row, out var own))
        {
            _edges.Add(row, own = []);
        }

        return own;
    }
}
