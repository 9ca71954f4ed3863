namespace CustomerInsights.Core.Rules;

/// <summary>Counts the work in a bound tree. Sums saturate: a rule cannot make a cost overflow.</summary>
internal sealed class RuleTally(RuleVolume volume)
{
    public long Values { get; private set; }

    public long Activities { get; private set; }

    public long Functions { get; private set; }

    public long Matches { get; private set; }

    public static long Add(long a, long b) => a > long.MaxValue - b ? long.MaxValue : a + b;

    public static long Times(long a, long b) => (long)Int128.Min((Int128)a * b, long.MaxValue);

    /// <summary>The most activities that one of the aggregates runs over.</summary>
    public long Rows(IEnumerable<BoundNode> aggregates) =>
        aggregates.Select(a => Rows((a as BoundAggregate)?.Activity)).DefaultIfEmpty(volume.Profiles).Max();

    /// <summary>Counts a node that is evaluated so many times.</summary>
    public void Node(BoundNode node, long times)
    {
        switch (node)
        {
            case BoundConstant or BoundDuration:
                return;
            case BoundAttribute attribute:
                Values = Add(Values, Times(times, 1 + attribute.Path.Count));
                return;
            case BoundField or BoundSegment or BoundReachable:
                Values = Add(Values, times);
                return;
            case BoundAggregate aggregate:
                Aggregate(aggregate);
                return;
            case BoundSequence sequence:
                Step(sequence.FirstActivity, sequence.FirstWhere);
                Step(sequence.SecondActivity, sequence.SecondWhere);
                return;
            case BoundRank rank:
                // Ranked once in the pass, looked up once for each answer.
                Functions = Add(Functions, times);
                Node(rank.Operand, times);
                return;
            case BoundMatches:
                Matches = Add(Matches, times);
                break;
            default:
                Functions = Add(Functions, times);
                break;
        }

        foreach (var child in node.Children())
        {
            Node(child, times);
        }
    }

    private void Aggregate(BoundAggregate aggregate)
    {
        long rows = Rows(aggregate.Activity);
        Activities = Add(Activities, aggregate.Activity is null ? 0 : rows);
        foreach (var part in aggregate.Children())
        {
            Node(part, rows);
        }

        Functions = Add(Functions, rows);
    }

    private void Step(string activity, BoundNode? where)
    {
        long rows = Rows(activity);
        Activities = Add(Activities, rows);
        if (where is not null)
        {
            Node(where, rows);
        }
    }

    private long Rows(string? activity) => activity is null ? volume.Profiles : volume.Activities.GetValueOrDefault(activity);
}
