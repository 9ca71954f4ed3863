using CustomerInsights.Core.Unification.Matching;

namespace CustomerInsights.Core.Unification;

/// <summary>The rank that a rule's edges have in a run, for edges that were stored without it.</summary>
/// <remarks>
/// A run counts its rules stream by stream, those of deduplication first. The later stream of an edge's records and the rule's name tell which it was.
/// What the policy does not name (the matcher, a rule that is no more) comes after all rules, as the weakest.
/// </remarks>
internal sealed class RuleRanks
{
    private readonly RecordTable _table;
    private readonly Dictionary<(int Stream, bool Within, string Rule), int> _ranks = [];
    private readonly int _count;

    public RuleRanks(UnificationPolicy policy, RecordTable table)
    {
        _table = table;
        for (var stream = 0; stream < policy.Streams.Count; stream++)
        {
            foreach (var rule in policy.Streams[stream].Deduplication)
            {
                _ranks.TryAdd((stream, true, rule.Name), _count++);
            }

            foreach (var rule in policy.Matching.FirstOrDefault(matching => matching.Stream == policy.Streams[stream].Stream)?.Rules ?? [])
            {
                _ranks.TryAdd((stream, false, rule.Name), _count++);
            }
        }
    }

    /// <summary>The rank; −1 for the overrides, which stand before all rules, as in a run.</summary>
    public int Of(MatchEdge edge)
    {
        if (edge.Rule is UnificationRun.AlwaysMatch or UnificationRun.SameKey)
        {
            return -1;
        }

        return _table.RowByNode(edge.Left) is { } left && _table.RowByNode(edge.Right) is { } right
            && _ranks.TryGetValue((Math.Max(_table.StreamOf[left], _table.StreamOf[right]), _table.StreamOf[left] == _table.StreamOf[right], edge.Rule), out var rank)
            ? rank
            : _count;
    }
}
