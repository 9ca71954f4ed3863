using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>
/// A node of a rule. Trees are immutable and equal by content (not by place). Get one from <see cref="RuleText.Parse"/> or
/// <see cref="RuleJson.Read(string)"/>; a tree built by hand is checked when it is bound.
/// </summary>
public abstract record Expression
{
    /// <summary>Where the node was written; plays no part in equality.</summary>
    public SourcePlace Place { get; init; }

    // Known without walking the tree, so that every walk can refuse a tree that is too deep before it recurses.
    internal abstract int Depth { get; }

    /// <summary>The canonical text, see <see cref="RuleText.Format"/>.</summary>
    public sealed override string ToString() => Formatter.Describe(this);
}

/// <summary>A text, integer, decimal, number, Boolean, date or time; never missing and never a list.</summary>
public sealed record LiteralExpression(Value Value) : Expression
{
    internal override int Depth => 1;
}

/// <summary>A duration such as <c>30d</c>. <paramref name="Amount"/> is 0 to 100,000,000.</summary>
public sealed record DurationExpression(int Amount, DurationUnit Unit) : Expression
{
    internal override int Depth => 1;
}

/// <summary>A name of one or more parts: <c>city</c>, <c>account.industry</c>, <c>order.amount</c>. The binder says what it means.</summary>
public sealed record NameExpression(NodeList<string> Parts) : Expression
{
    internal override int Depth => 1;

    internal string Joined => string.Join('.', Parts);
}

/// <summary><c>not x</c> or <c>-x</c>.</summary>
public sealed record UnaryExpression(UnaryOperator Operator, Expression Operand) : Expression
{
    internal override int Depth { get; } = 1 + Operand.Depth;
}

/// <summary><c>a and b and c</c> or <c>a or b or c</c>: two to 1,000 operands, so that a long chain is wide and not deep.</summary>
public sealed record LogicalExpression(LogicalOperator Operator, NodeList<Expression> Operands) : Expression
{
    internal override int Depth { get; } = 1 + NodeList.Deepest(Operands);
}

/// <summary>Arithmetic, a comparison, or a test of text.</summary>
public sealed record BinaryExpression(BinaryOperator Operator, Expression Left, Expression Right) : Expression
{
    internal override int Depth { get; } = 1 + Math.Max(Left.Depth, Right.Depth);
}

/// <summary><c>x in (a, b)</c> or <c>x not in (a, b)</c>: one to 1,000 items.</summary>
public sealed record InExpression(Expression Operand, NodeList<Expression> Items, bool Negated) : Expression
{
    internal override int Depth { get; } = 1 + Math.Max(Operand.Depth, NodeList.Deepest(Items));
}

/// <summary><c>x between low and high</c>, both ends included.</summary>
public sealed record BetweenExpression(Expression Operand, Expression Low, Expression High) : Expression
{
    internal override int Depth { get; } = 1 + Math.Max(Operand.Depth, Math.Max(Low.Depth, High.Depth));
}

/// <summary><c>x is missing</c> or, when not <paramref name="Missing"/>, <c>x is present</c>.</summary>
public sealed record PresenceExpression(Expression Operand, bool Missing) : Expression
{
    internal override int Depth { get; } = 1 + Operand.Depth;
}

/// <summary>A function call such as <c>lower(city)</c> or <c>segment("vip")</c>.</summary>
public sealed record CallExpression(string Function, NodeList<Expression> Arguments) : Expression
{
    internal override int Depth { get; } = 1 + NodeList.Deepest(Arguments);
}

/// <summary>An aggregate such as <c>sum(order.amount where at >= ago(90d))</c>.</summary>
public sealed record AggregateExpression(AggregateFunction Function, NodeList<Expression> Arguments, Expression? Where) : Expression
{
    internal override int Depth { get; } = 1 + Math.Max(NodeList.Deepest(Arguments), Where?.Depth ?? 0);
}

/// <summary>One step of a sequence: an activity type and, optionally, which of its activities.</summary>
public sealed record SequenceStep(NameExpression Activity, Expression? Where);

/// <summary><c>count(a then b within 7d)</c> or <c>exists(…)</c>; no other function takes a sequence.</summary>
public sealed record SequenceExpression(
    AggregateFunction Function, SequenceStep First, SequenceStep Second, DurationExpression? Within) : Expression
{
    internal override int Depth { get; } = 2 + Math.Max(First.Where?.Depth ?? 0, Second.Where?.Depth ?? 0);
}

/// <summary><c>measure by dimension, dimension…</c>; only as the whole rule.</summary>
public sealed record GroupedExpression(Expression Measure, NodeList<Expression> Dimensions) : Expression
{
    internal override int Depth { get; } = 1 + Math.Max(Measure.Depth, NodeList.Deepest(Dimensions));
}

/// <summary>What stands where the parser could not read; it never leaves this project and fits every type.</summary>
internal sealed record ErrorExpression : Expression
{
    internal override int Depth => 1;
}
