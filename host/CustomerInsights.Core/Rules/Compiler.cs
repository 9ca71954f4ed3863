using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>Answers a node for the subject and the activity at hand.</summary>
internal delegate Value Evaluation(Frame frame);

/// <summary>Answers a Boolean node; a missing Boolean is false.</summary>
internal delegate bool Test(Frame frame);

/// <summary>What one evaluation works on.</summary>
internal sealed class Frame(IRuleSubject subject, RuleMoment moment, int slots)
{
    private readonly Value[]? _values = slots == 0 ? null : new Value[slots];
    private readonly bool[]? _known = slots == 0 ? null : new bool[slots];

    public IRuleSubject Subject { get; } = subject;

    public RuleMoment Moment { get; } = moment;

    public IRuleActivity? Activity { get; set; }

    /// <summary>Computes once a frame, whatever the activity at hand: that keeps nested aggregates linear.</summary>
    public Value Once(int slot, Evaluation compute)
    {
        if (!_known![slot])
        {
            var outer = Activity;
            _values![slot] = compute(this);
            _known[slot] = true;
            Activity = outer;
        }

        return _values![slot];
    }

    public Value this[int slot]
    {
        get => _values![slot];
        set => _values![slot] = value;
    }
}

internal sealed record CompiledRule(Evaluation Root, int Slots)
{
    public Value Evaluate(IRuleSubject subject, RuleMoment moment) => Root(new Frame(subject, moment, Slots));
}

/// <summary>Turns bound nodes into closures, once a rule; evaluation then neither looks at the tree nor at types.</summary>
internal sealed partial class Compiler
{
    private readonly Dictionary<BoundNode, int> _given = new(ReferenceEqualityComparer.Instance);
    private int _slots;

    public int Slots => _slots;

    public static CompiledRule Compile(BoundNode root)
    {
        var compiler = new Compiler();
        var evaluation = compiler.Evaluation(root);
        return new CompiledRule(evaluation, compiler._slots);
    }

    /// <summary>Compiles the frame of a business measure, whose aggregates are computed elsewhere and given in slots.</summary>
    public static Evaluation CompileMeasure(BoundNode root, IReadOnlyList<BoundNode> aggregates)
    {
        var compiler = new Compiler();
        foreach (var aggregate in aggregates)
        {
            compiler._given[aggregate] = compiler._slots++;
        }

        return compiler.Evaluation(root);
    }

    public Evaluation Evaluation(BoundNode node)
    {
        if (_given.TryGetValue(node, out int slot))
        {
            return frame => frame[slot];
        }

        switch (node)
        {
            case BoundConstant { Value: var value }:
                return _ => value;
            case BoundAttribute attribute:
                return Attribute(attribute);
            case BoundField field:
                return Field(field);
            case BoundConvert convert:
                return Convert(convert);
            case BoundNegate negate:
                return Negate(negate);
            case BoundArithmetic arithmetic:
                return Arithmetic(arithmetic);
            case BoundShift shift:
                return Shift(shift);
            case BoundCall call:
                return Call(call);
            case BoundTruncate truncate:
                var operand = Evaluation(truncate.Operand);
                return frame => Calendar.Truncate(operand(frame), truncate.Unit, frame.Moment.Calendar);
            case BoundRank rank:
                var ranked = Evaluation(rank.Operand);
                return frame => ranked(frame) is { IsMissing: false } present && frame.Moment.Ranks is { } ranks
                    ? ranks.Rank(rank.Key, present)
                    : Value.Missing;
            case BoundIf choice:
                var condition = Test(choice.Condition);
                Evaluation then = Evaluation(choice.Then), otherwise = Evaluation(choice.Otherwise);
                return frame => condition(frame) ? then(frame) : otherwise(frame);
            case BoundAggregate { Type: not RuleType.Boolean } or BoundSequence { Counts: true }:
                return Aggregate(node);
            case BoundAggregate { Function: not AggregateFunction.Exists }:
                return Aggregate(node);
            default:
                var test = Test(node);
                return frame => Value.Of(test(frame));
        }
    }

    public Test Test(BoundNode node)
    {
        switch (node)
        {
            case BoundNot not:
                var inner = Test(not.Operand);
                return frame => !inner(frame);
            case BoundLogical logical:
                return Logical(logical);
            case BoundCompare compare:
                return Compare(compare);
            case BoundMatches matches:
                var subject = Evaluation(matches.Operand);
                return frame => subject(frame) is { IsMissing: false } text && matches.Pattern.IsMatch(text.AsText());
            case BoundIn within:
                return In(within);
            case BoundPresence presence:
                var operand = Evaluation(presence.Operand);
                bool missing = presence.Missing;
                return frame => operand(frame).IsMissing == missing;
            case BoundSegment segment:
                return frame => frame.Subject.InSegment(segment.Name);
            case BoundReachable reachable:
                return frame => frame.Subject.Reachable(reachable.Channel);
            case BoundAggregate { Function: AggregateFunction.Exists } or BoundSequence { Counts: false } when !_given.ContainsKey(node):
                return Exists(node);
            default:
                var value = Evaluation(node);
                return frame => value(frame) is { IsMissing: false } flag && flag.AsBoolean();
        }
    }

    private static Evaluation Attribute(BoundAttribute attribute)
    {
        string name = attribute.Attribute;
        var type = (DataType)attribute.Type;
        if (attribute.Path.Count == 0)
        {
            return frame => Typed(frame.Subject.Attribute(name), type);
        }

        string[] path = [.. attribute.Path];
        return frame =>
        {
            var subject = frame.Subject;
            foreach (string relationship in path)
            {
                if (subject.Related(relationship) is not { } next)
                {
                    return Value.Missing;
                }

                subject = next;
            }

            return Typed(subject.Attribute(name), type);
        };
    }

    private static Evaluation Field(BoundField field)
    {
        string name = field.Field;
        var type = (DataType)field.Type;
        return name switch
        {
            "at" => frame => Value.Of(frame.Activity!.At),
            "id" => frame => Value.Of(frame.Activity!.Id),
            _ => frame => Typed(frame.Activity!.Field(name), type),
        };
    }

    // Data outlives its schema: a value of another type than the rule was checked with is treated as no value.
    private static Value Typed(Value value, DataType type)
    {
        if (value.Type == type || value.IsMissing)
        {
            return value;
        }

        return (type, value.Type) switch
        {
            (DataType.Decimal, DataType.Integer) => Value.Of(value.AsDecimal()),
            (DataType.Number, DataType.Integer or DataType.Decimal) => Value.Of(value.AsNumber()),
            _ => Value.Missing,
        };
    }

    private Evaluation Convert(BoundConvert convert)
    {
        var operand = Evaluation(convert.Operand);
        return convert.Type switch
        {
            RuleType.Decimal => frame => operand(frame) is { IsMissing: false } value ? Value.Of(value.AsDecimal()) : default,
            RuleType.Number => frame => operand(frame) is { IsMissing: false } value ? Value.Of(value.AsNumber()) : default,
            _ => frame => operand(frame) is { IsMissing: false } value
                ? Value.Of(Calendar.DayOf(value.AsTime(), frame.Moment.Calendar))
                : default,
        };
    }

    private Test Logical(BoundLogical logical)
    {
        Test[] tests = [.. logical.Operands.Select(Test)];
        bool all = logical.All;
        if (tests is [var left, var right])
        {
            return all ? frame => left(frame) && right(frame) : frame => left(frame) || right(frame);
        }

        return frame =>
        {
            foreach (var test in tests)
            {
                if (test(frame) != all)
                {
                    return !all;
                }
            }

            return all;
        };
    }

    private Test Compare(BoundCompare compare)
    {
        Evaluation left = Evaluation(compare.Left), right = Evaluation(compare.Right);
        var holds = Comparisons.For(compare.Operator, compare.Left.Type);
        return frame =>
        {
            var a = left(frame);
            if (a.IsMissing)
            {
                return false;
            }

            var b = right(frame);
            return !b.IsMissing && holds(a, b);
        };
    }

    private Test In(BoundIn within)
    {
        var operand = Evaluation(within.Operand);
        bool negated = within.Negated;
        if (within.Items.All(i => i is BoundConstant))
        {
            // A set, so that a list of a thousand cities costs what one does.
            var set = within.Items.Select(i => Comparisons.Key(((BoundConstant)i).Value)).ToHashSet();
            return frame => operand(frame) is { IsMissing: false } value && set.Contains(Comparisons.Key(value)) != negated;
        }

        Evaluation[] items = [.. within.Items.Select(Evaluation)];
        var equal = Comparisons.For(BinaryOperator.Equal, within.Operand.Type);
        return frame =>
        {
            var value = operand(frame);
            if (value.IsMissing)
            {
                return false;
            }

            foreach (var item in items)
            {
                var other = item(frame);
                if (other.IsMissing)
                {
                    // `x not in (a, b)` is `x != a and x != b`, and a comparison with a missing value is false.
                    if (negated)
                    {
                        return false;
                    }
                }
                else if (equal(value, other))
                {
                    return !negated;
                }
            }

            return negated;
        };
    }
}
