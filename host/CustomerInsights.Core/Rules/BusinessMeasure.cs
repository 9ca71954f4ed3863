using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>One row of a business measure.</summary>
/// <param name="Dimensions">One value for each expression after <c>by</c>, in that order; a value may be missing.</param>
/// <param name="Value">The measure for these dimensions.</param>
public sealed record BusinessRow(IReadOnlyList<Value> Dimensions, Value Value);

/// <summary>
/// Computes a business measure: give it every profile once, then ask for the rows. Memory grows with the number of rows (and
/// of distinct values for <c>count_distinct</c>), not with that of profiles. For one thread.
/// </summary>
/// <remarks>Sums of numbers (double) depend in their last digits on the order of the profiles; give them in the order of their ids.</remarks>
public sealed class BusinessMeasure
{
    /// <summary>The most rows that a business measure may have.</summary>
    public const int MaxRows = 100_000;

    private readonly List<(AggregatePlan? Plan, Func<Frame, int, int>? Sequence)> _aggregates = [];
    private readonly IReadOnlyList<BoundNode> _bound;
    private readonly Evaluation[] _dimensions;
    private readonly Evaluation _measure;
    private readonly Expression _source;
    private readonly bool _byRow;
    private readonly int _slots;
    private readonly Dictionary<DimensionKey, Accumulator?[]> _groups = [];

    /// <summary>Starts with no profiles.</summary>
    /// <exception cref="ArgumentException">The rule was not bound as a business measure.</exception>
    public BusinessMeasure(BoundRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        if (rule.Use != RuleUse.BusinessMeasure)
        {
            throw new ArgumentException("The rule was not bound as a business measure.", nameof(rule));
        }

        _source = rule.Source;
        _bound = rule.BusinessAggregates;
        var compiler = new Compiler();
        foreach (var node in _bound)
        {
            _aggregates.Add(node is BoundSequence sequence ? (null, compiler.Sequence(sequence)) : (compiler.Plan((BoundAggregate)node), null));
        }

        _dimensions = [.. rule.Dimensions.Select(compiler.Evaluation)];
        _slots = compiler.Slots;
        _byRow = rule.DimensionsReadFields;
        _measure = Compiler.CompileMeasure(rule.Root, _bound);
    }

    /// <summary>Adds one profile. Give each profile once.</summary>
    /// <exception cref="RuleEvaluationException">An overflow, or more than <see cref="MaxRows"/> rows; the message names the expression.</exception>
    public void Add(IRuleSubject subject, RuleMoment moment)
    {
        var frame = new Frame(subject, moment, _slots);
        var ofProfile = _byRow ? null : Key(frame);
        for (int i = 0; i < _aggregates.Count; i++)
        {
            var (plan, sequence) = _aggregates[i];
            if (sequence is not null)
            {
                AddSequence(sequence, i, frame, ofProfile!);
            }
            else if (plan!.Activity is null)
            {
                frame.Activity = null;
                AddRow(plan, i, frame, ofProfile);
            }
            else
            {
                var activities = subject.Activities(plan.Activity);
                for (int row = 0; row < activities.Count; row++)
                {
                    frame.Activity = activities[row];
                    AddRow(plan, i, frame, ofProfile);
                }
            }
        }
    }

    /// <summary>
    /// The rows so far, ordered by their dimensions (missing last). A row is there when an aggregate found something for it;
    /// without <c>by</c> there is always exactly one.
    /// </summary>
    /// <exception cref="RuleEvaluationException">An overflow; the message names the expression.</exception>
    public IReadOnlyList<BusinessRow> Rows()
    {
        if (_dimensions.Length == 0 && _groups.Count == 0)
        {
            return [Row(new DimensionKey([]), new Accumulator?[_aggregates.Count])];
        }

        return [.. _groups.OrderBy(g => g.Key).Select(g => Row(g.Key, g.Value))];
    }

    /// <summary>
    /// Whether merging ranges gives to the digit what one pass gives: not when decimals or doubles are summed, since what rounding makes of them depends on
    /// the order.
    /// </summary>
    internal static bool MergesExactly(BoundRule rule) => !rule.BusinessAggregates.Any(node =>
        node is BoundAggregate { Function: AggregateFunction.Sum or AggregateFunction.Avg, Value.Type: not RuleType.Integer });

    /// <summary>Adds the profiles that another of the same rule has been given; they come after those given to this one. The other is of no use then.</summary>
    /// <exception cref="RuleEvaluationException">More than <see cref="MaxRows"/> rows.</exception>
    internal void Merge(BusinessMeasure later)
    {
        foreach (var (key, others) in later._groups)
        {
            var group = Group(key);
            for (int i = 0; i < group.Length; i++)
            {
                if (others[i] is { } other)
                {
                    if (group[i] is { } mine)
                    {
                        mine.Merge(other);
                    }
                    else
                    {
                        group[i] = other;
                    }
                }
            }
        }
    }

    private void AddRow(AggregatePlan plan, int index, Frame frame, DimensionKey? ofProfile)
    {
        if (plan.Where is null || plan.Where(frame))
        {
            var group = Group(ofProfile ?? Key(frame));
            plan.Add(group[index] ??= plan.Start(), frame);
        }
    }

    private void AddSequence(Func<Frame, int, int> sequence, int index, Frame frame, DimensionKey key)
    {
        int pairs = sequence(frame, int.MaxValue);
        if (pairs > 0)
        {
            var pairsSoFar = (PairAccumulator)(Group(key)[index] ??= new PairAccumulator());
            pairsSoFar.Pairs += pairs;
        }
    }

    private Accumulator?[] Group(DimensionKey key)
    {
        if (!_groups.TryGetValue(key, out var group))
        {
            if (_groups.Count == MaxRows)
            {
                throw new RuleEvaluationException(_source, "more than 100,000 rows: take fewer or coarser dimensions, or a filter;");
            }

            _groups[key] = group = new Accumulator?[_aggregates.Count];
        }

        return group;
    }

    private DimensionKey Key(Frame frame)
    {
        var values = new Value[_dimensions.Length];
        for (int i = 0; i < values.Length; i++)
        {
            values[i] = Comparisons.Key(_dimensions[i](frame));
        }

        return new DimensionKey(values);
    }

    private BusinessRow Row(DimensionKey key, Accumulator?[] accumulators)
    {
        var frame = new Frame(NoSubject.Instance, new RuleMoment(default), _aggregates.Count);
        for (int i = 0; i < _aggregates.Count; i++)
        {
            frame[i] = _aggregates[i].Plan is { } plan
                ? plan.Result(accumulators[i] ?? plan.Start())
                : PairAccumulator.ResultOf((BoundSequence)_bound[i], accumulators[i]);
        }

        return new BusinessRow(key.Values, _measure(frame));
    }

    private sealed class PairAccumulator : Accumulator
    {
        public long Pairs { get; set; }

        public static Value ResultOf(BoundSequence sequence, Accumulator? accumulator)
        {
            long pairs = (accumulator as PairAccumulator)?.Pairs ?? 0;
            return sequence.Counts ? Value.Of(pairs) : Value.Of(pairs > 0);
        }

        public override void Add(Frame frame) => throw new NotSupportedException();

        public override void Merge(Accumulator later) => Pairs += ((PairAccumulator)later).Pairs;

        public override Value Result() => Value.Of(Pairs);
    }

    internal sealed class DimensionKey(Value[] values) : IEquatable<DimensionKey>, IComparable<DimensionKey>
    {
        public Value[] Values { get; } = values;

        public bool Equals(DimensionKey? other) => other is not null && Values.AsSpan().SequenceEqual(other.Values);

        public override bool Equals(object? obj) => Equals(obj as DimensionKey);

        public override int GetHashCode()
        {
            var hash = new HashCode();
            foreach (var value in Values)
            {
                hash.Add(value);
            }

            return hash.ToHashCode();
        }

        public int CompareTo(DimensionKey? other)
        {
            for (int i = 0; i < Values.Length; i++)
            {
                if (Comparisons.Total(Values[i], other!.Values[i]) is not 0 and var order)
                {
                    return order;
                }
            }

            return 0;
        }
    }

    // Outside its aggregates a business measure reads no profile; the binder sees to that.
    private sealed class NoSubject : IRuleSubject
    {
        public static NoSubject Instance { get; } = new();

        public Value Attribute(string name) => default;

        public IRuleSubject? Related(string relationship) => null;

        public IReadOnlyList<IRuleActivity> Activities(string type) => [];

        public bool InSegment(string name) => false;

        public bool Reachable(string channel) => false;
    }
}
