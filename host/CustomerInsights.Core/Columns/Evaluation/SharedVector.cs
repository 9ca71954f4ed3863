using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>What several rules of a run ask for alike, computed once a block.</summary>
internal sealed class SharedVector<T>(VectorNode<T> inner, int rows) : VectorNode<T>
    where T : unmanaged
{
    private readonly T[] _values = new T[(rows + 63) & ~63];
    private readonly ulong[] _present = new ulong[(rows + 63) >> 6];
    private readonly bool[] _known = new bool[(rows + ColumnRun.BlockRows - 1) / ColumnRun.BlockRows];

    public override void Fill(Extent extent, Scratch scratch, Span<T> values, Span<ulong> present)
    {
        // Over profiles extents are whole blocks, and a block is one thread's at a time.
        var block = extent.FirstRow / ColumnRun.BlockRows;
        if (!_known[block])
        {
            var failed = scratch.Failed;
            scratch.Failed = false;
            inner.Fill(extent, scratch, _values.AsSpan(extent.FirstRow, extent.Words << 6), _present.AsSpan(extent.FirstWord, extent.Words));
            _known[block] = !scratch.Failed;
            scratch.Failed |= failed;
        }

        _values.AsSpan(extent.FirstRow, extent.Rows).CopyTo(values);
        _present.AsSpan(extent.FirstWord, extent.Words).CopyTo(present);
    }
}

/// <summary>The aggregates that several rules of a run have in common, and what has been computed of them.</summary>
internal sealed class SharedAggregates
{
    // 8 bytes a profile each, so not without end.
    private const int Most = 32;

    private readonly HashSet<Expression> _shared;
    private readonly Dictionary<(int Part, string Zone, AggregateFunction Function, RuleType? Value, Type Of, Expression Source), object> _vectors = [];

    public SharedAggregates(IEnumerable<BoundRule> rules)
    {
        var uses = new Dictionary<Expression, int>();
        foreach (var source in rules.SelectMany(rule => Below(rule.Root).Select(aggregate => aggregate.Source)))
        {
            uses[source] = uses.GetValueOrDefault(source) + 1;
        }

        _shared = [.. uses.Where(use => use.Value > 1).OrderByDescending(use => use.Value).Take(Most).Select(use => use.Key)];
    }

    /// <summary>The vector of an aggregate, shared when other rules have it as well.</summary>
    public VectorNode<T>? Of<T>(BoundAggregate aggregate, int part, int rows, TimeZoneInfo zone, VectorNode<T>? vector)
        where T : unmanaged
    {
        if (vector is null or ConstantVector<T> || !_shared.Contains(aggregate.Source))
        {
            return vector;
        }

        var key = (part, zone.Id, aggregate.Function, aggregate.Value?.Type, typeof(T), aggregate.Source);
        if (!_vectors.TryGetValue(key, out var known))
        {
            _vectors[key] = known = new SharedVector<T>(vector, rows);
        }

        return (SharedVector<T>)known;
    }

    // Who is in a segment may be told between two rules, so what asks for one is computed anew.
    private static IEnumerable<BoundAggregate> Below(BoundNode node) => node switch
    {
        BoundAggregate { Activity: not null } aggregate => AsksForMembers(aggregate) ? [] : [aggregate],
        _ => node.Children().SelectMany(Below),
    };

    private static bool AsksForMembers(BoundNode node) => node is BoundSegment or BoundReachable or BoundRank || node.Children().Any(AsksForMembers);
}
