using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;

namespace CustomerInsights.Core.Columns.Evaluation;

/// <summary>
/// Turns bound nodes into nodes over the words of one part, once a rule and part. Over profiles whatever has no faster way becomes a
/// closure of the one-profile execution; over activities it gives null, and the aggregate around it becomes the closure.
/// </summary>
internal sealed partial class VectorCompiler(ColumnPopulation population, int part, RuleMoment moment, SharedAggregates? shared = null)
{
    private readonly ColumnPart _part = population.Image.Parts[part].Part;

    private bool InUtc => ReferenceEquals(moment.Calendar, TimeZoneInfo.Utc);

    /// <summary>A Boolean node over profiles.</summary>
    public BitsNode Bits(BoundNode node) => Bits(node, null)!;

    /// <summary>A Boolean node, missing being false, over the activities of a table or, without one, over profiles.</summary>
    private BitsNode? Bits(BoundNode node, ActivityTable? table)
    {
        if (Inputs.Of(node) is { Count: 0 } && Folded(node) is { } constant)
        {
            return new ConstantBits(!constant.IsMissing && constant.AsBoolean());
        }

        return Known(node, table) ?? (BitsNode?)ByCode(node, table) ?? (table is null ? (BitsNode?)ByCodeOfAggregate(node) ?? Closure(node) : null);
    }

    private BitsNode? Known(BoundNode node, ActivityTable? table)
    {
        switch (node)
        {
            case BoundNot not:
                return Bits(not.Operand, table) is { } inner ? new NotBits(inner) : null;
            case BoundLogical logical:
                return Logical(logical, table);
            case BoundPresence presence:
                return Presence(presence.Operand, presence.Missing, table);
            case BoundCompare compare:
                return Compare(compare, table);
            case BoundIn within:
                return In(within, table);
            case BoundReachable reachable when table is null:
                return Members(population.Channels, reachable.Channel);
            case BoundSegment segment when table is null:
                return Members(population.Segments, segment.Name);
            case BoundAttribute or BoundField when Column(node, table) is { Known: true } found:
                return found.Column switch
                {
                    null => new ConstantBits(false),
                    BooleanColumn flags => new KnownBits((from, count) => flags.Flags.Slice(from, count)),
                    _ => null,
                };
            case BoundAggregate { Function: AggregateFunction.Exists } exists when table is null:
                return Shared(exists, Count(exists)) is { } count ? new VectorRangeBits(count, new Interval(1, Interval.Highest), negated: false) : null;
            case BoundIf choice:
                return Bits(choice.Condition, table) is { } condition && Bits(choice.Then, table) is { } then && Bits(choice.Otherwise, table) is { } otherwise
                    ? new LogicalBits(false, [new LogicalBits(true, [condition, then]), new LogicalBits(true, [new NotBits(condition), otherwise])])
                    : null;
            default:
                return null;
        }
    }

    private BitsNode Members(Dictionary<string, ImageRows> sets, string name) => sets.TryGetValue(name, out var members)
        ? new KnownBits((from, count) => members.Parts[part].Words.Slice(from, count))
        : new ConstantBits(false);

    private LogicalBits? Logical(BoundLogical logical, ActivityTable? table)
    {
        var operands = new List<(BitsNode Bits, bool Slow, bool MayFail)>();
        foreach (var (node, ready) in Merged(logical, table))
        {
            if ((ready ?? Bits(node, table)) is not { } bits)
            {
                return null;
            }

            operands.Add((bits, bits is ClosureBits, Inputs.MayFail(node)));
        }

        // Closures go last, where few rows are left, as long as that hides no failure.
        var ordered = operands.Exists(operand => operand.MayFail) ? operands : operands.OrderBy(operand => operand.Slow ? 1 : 0).ToList();
        return new LogicalBits(logical.All, [.. ordered.Select(operand => operand.Bits)]);
    }

    /// <summary>Two bounds of one column in a row, as <c>between</c> has them, are one interval.</summary>
    private IEnumerable<(BoundNode Node, BitsNode? Ready)> Merged(BoundLogical logical, ActivityTable? table)
    {
        for (var i = 0; i < logical.Operands.Count; i++)
        {
            var node = logical.Operands[i];
            if (logical.All && i + 1 < logical.Operands.Count
                && Range(node as BoundCompare, table) is { Negated: false } one
                && Range(logical.Operands[i + 1] as BoundCompare, table) is { Negated: false } other
                && ReferenceEquals(one.Column, other.Column))
            {
                i++;
                yield return (node, ScaledRangeBits.Of(one.Column, one.Interval.And(other.Interval), negated: false));
            }
            else
            {
                yield return (node, null);
            }
        }
    }

    private BitsNode? Presence(BoundNode operand, bool missing, ActivityTable? table)
    {
        if (operand is BoundAttribute or BoundField && Column(operand, table) is { Known: true } found)
        {
            return found.Column is null ? new ConstantBits(missing) : new PresentBits(found.Column, missing);
        }

        return operand.Type switch
        {
            RuleType.Integer or RuleType.Date or RuleType.Time => Longs(operand, table) is { } longs ? new VectorPresentBits<long>(longs, missing) : null,
            RuleType.Number => Numbers(operand, table) is { } numbers ? new VectorPresentBits<double>(numbers, missing) : null,
            RuleType.Decimal when Scaled(operand, table) is var (scaled, _) => new VectorPresentBits<long>(scaled, missing),
            RuleType.Decimal => Decimals(operand, table) is { } decimals ? new VectorPresentBits<decimal>(decimals, missing) : null,
            _ => null,
        };
    }

    /// <summary>
    /// A condition on one dictionary column and nothing else: answered once for each text of the dictionary by the one-profile
    /// execution, then looked up by code.
    /// </summary>
    private CodeBits? ByCode(BoundNode node, ActivityTable? table)
    {
        if (Inputs.Of(node) is not [var input] || Column(input, table) is not { Column: TextColumn column } || input is BoundField { Field: "id" }
            || column.Dictionary.Count > Math.Max(1024, column.Rows / 8))
        {
            return null;
        }

        var compiler = new Compiler();
        var test = compiler.Test(node);
        var answers = new byte[column.Dictionary.Count];
        try
        {
            for (var code = 0; code < answers.Length; code++)
            {
                answers[code] = test(OneValue.Frame(Value.Of(column.Dictionary.TextAt(code)), moment, compiler.Slots)) ? (byte)255 : (byte)0;
            }

            return new CodeBits(column, answers, test(OneValue.Frame(default, moment, compiler.Slots)));
        }
        catch (RuleEvaluationException)
        {
            return null; // some text fails; perhaps no living profile has it
        }
    }

    /// <summary>A comparison of a text aggregate with constants: answered once for each text of the dictionary as well.</summary>
    private VectorCodeBits? ByCodeOfAggregate(BoundNode node)
    {
        var (aggregate, test) = node switch
        {
            BoundCompare { Left: BoundAggregate left } compare when Constant(compare.Right) is not null => (left, (BoundNode)(compare with { Left = StandIn(left) })),
            BoundIn { Operand: BoundAggregate operand } within when within.Items.All(item => Constant(item) is not null) => (operand, within with { Operand = StandIn(operand) }),
            BoundMatches { Operand: BoundAggregate operand } matches => (operand, matches with { Operand = StandIn(operand) }),
            BoundPresence { Operand: BoundAggregate operand } presence => (operand, presence with { Operand = StandIn(operand) }),
            _ => default,
        };
        if (aggregate is not { Type: RuleType.Text } || TextCodes(aggregate) is not var (codes, column) || column.Dictionary.Count > Math.Max(1024, column.Rows / 8))
        {
            return null;
        }

        var compiler = new Compiler();
        var holds = compiler.Test(test);
        try
        {
            bool[] answers = [.. Enumerable.Range(0, column.Dictionary.Count).Select(code => holds(OneValue.Frame(Value.Of(column.Dictionary.TextAt(code)), moment, compiler.Slots)))];
            return new VectorCodeBits(codes, answers, holds(OneValue.Frame(default, moment, compiler.Slots)));
        }
        catch (RuleEvaluationException)
        {
            return null; // as above
        }

        static BoundAttribute StandIn(BoundAggregate aggregate) => new(aggregate.Type, [], "", aggregate.Source);
    }

    private ClosureBits Closure(BoundNode node)
    {
        var compiler = new Compiler();
        var test = compiler.Test(node);
        return new ClosureBits(test, compiler.Slots, row => new ColumnSubject(population, part, row), moment);
    }

    /// <summary>The column of a name. Known and null: nobody has a value. Not known: it has to be asked for in another way.</summary>
    private (bool Known, Column? Column) Column(BoundNode node, ActivityTable? table)
    {
        var column = node switch
        {
            BoundAttribute { Path.Count: 0 } attribute when table is null => _part.Attributes.GetValueOrDefault(attribute.Attribute),
            BoundField { Field: "at" } when table is not null => table.At,
            BoundField { Field: "id" } when table is not null => table.Ids,
            BoundField field when table is not null => table.Fields.GetValueOrDefault(field.Field),
            _ => null,
        };
        var named = node is BoundAttribute { Path.Count: 0 } ? table is null : node is BoundField && table is not null;

        // Data outlives its schema: a column of another type is read value by value.
        return named && (column is null || column.Type == (DataType)node.Type) ? (true, column) : (false, null);
    }

    /// <summary>The value of a node that reads no data; null when computing it fails.</summary>
    private Value? Folded(BoundNode node)
    {
        if (node is BoundConstant constant)
        {
            return constant.Value;
        }

        try
        {
            return Compiler.Compile(node).Evaluate(OneValue.Subject(default), moment);
        }
        catch (RuleEvaluationException)
        {
            return null;
        }
    }

    private Value? Constant(BoundNode node) => Inputs.Of(node) is { Count: 0 } ? Folded(node) : null;
}
