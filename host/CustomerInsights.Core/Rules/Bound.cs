using System.Text.RegularExpressions;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>The types a part of a rule can have while it is bound: those of the data model and two that no value has.</summary>
internal enum RuleType : byte
{
    /// <summary>Already reported; fits everywhere.</summary>
    Unknown = 0,
    Text = DataType.Text,
    Integer = DataType.Integer,
    Decimal = DataType.Decimal,
    Number = DataType.Number,
    Boolean = DataType.Boolean,
    Date = DataType.Date,
    Time = DataType.Time,
    TextList = DataType.TextList,
    Duration,
}

internal static class RuleTypes
{
    public static bool IsNumeric(this RuleType type) => type is RuleType.Integer or RuleType.Decimal or RuleType.Number;

    public static bool IsOrdered(this RuleType type) =>
        type.IsNumeric() || type is RuleType.Text or RuleType.Date or RuleType.Time;

    public static string Article(this RuleType type) => type == RuleType.Integer ? "an integer" : $"a {type.Spell()}";

    public static string Spell(this RuleType type) => type switch
    {
        RuleType.TextList => "list of text",
        RuleType.Duration => "duration",
        _ => type.ToString().ToLowerInvariant(),
    };
}

/// <summary>
/// A part of a rule with its type and its names resolved: what the executions work from. Operands have equal types wherever
/// an operator asks for it; the binder has put <see cref="BoundConvert"/> where one widens.
/// </summary>
internal abstract record BoundNode(RuleType Type, Expression Source);

internal sealed record BoundConstant(RuleType Type, Value Value, Expression Source) : BoundNode(Type, Source);

internal sealed record BoundDuration(int Amount, DurationUnit Unit, Expression Source) : BoundNode(RuleType.Duration, Source);

internal sealed record BoundAttribute(RuleType Type, IReadOnlyList<string> Path, string Attribute, Expression Source) : BoundNode(Type, Source);

/// <summary>A field of the activity at hand.</summary>
internal sealed record BoundField(RuleType Type, string Activity, string Field, Expression Source) : BoundNode(Type, Source);

/// <summary>Integer or decimal to a wider type, or a time to its day in the rule's zone.</summary>
internal sealed record BoundConvert(RuleType Type, BoundNode Operand) : BoundNode(Type, Operand.Source);

internal sealed record BoundNot(BoundNode Operand, Expression Source) : BoundNode(RuleType.Boolean, Source);

internal sealed record BoundNegate(BoundNode Operand, Expression Source) : BoundNode(Operand.Type, Source);

internal sealed record BoundLogical(bool All, IReadOnlyList<BoundNode> Operands, Expression Source) : BoundNode(RuleType.Boolean, Source);

internal sealed record BoundArithmetic(BinaryOperator Operator, BoundNode Left, BoundNode Right, RuleType Type, Expression Source)
    : BoundNode(Type, Source);

/// <summary>A date or time moved by a duration.</summary>
internal sealed record BoundShift(BoundNode Start, int Amount, DurationUnit Unit, Expression Source) : BoundNode(Start.Type, Source);

internal sealed record BoundCompare(BinaryOperator Operator, BoundNode Left, BoundNode Right, Expression Source)
    : BoundNode(RuleType.Boolean, Source);

internal sealed record BoundMatches(BoundNode Operand, Regex Pattern, Expression Source) : BoundNode(RuleType.Boolean, Source);

internal sealed record BoundIn(BoundNode Operand, IReadOnlyList<BoundNode> Items, bool Negated, Expression Source)
    : BoundNode(RuleType.Boolean, Source);

internal sealed record BoundPresence(BoundNode Operand, bool Missing, Expression Source) : BoundNode(RuleType.Boolean, Source);

internal sealed record BoundCall(Function Function, IReadOnlyList<BoundNode> Arguments, RuleType Type, Expression Source)
    : BoundNode(Type, Source);

internal sealed record BoundIf(BoundNode Condition, BoundNode Then, BoundNode Otherwise, Expression Source) : BoundNode(Then.Type, Source);

internal sealed record BoundTruncate(BoundNode Operand, CalendarUnit Unit, Expression Source) : BoundNode(Operand.Type, Source);

internal sealed record BoundSegment(string Name, Expression Source) : BoundNode(RuleType.Boolean, Source);

internal sealed record BoundReachable(string Channel, Expression Source) : BoundNode(RuleType.Boolean, Source);

internal sealed record BoundRank(string Key, BoundNode Operand, Expression Source) : BoundNode(RuleType.Number, Source);

/// <summary>
/// An aggregate. <paramref name="Activity"/> is null in a business measure that runs over the profiles themselves.
/// <paramref name="Nested"/> tells that it stands inside another one; it then never depends on the outer activity and is
/// computed once per profile.
/// </summary>
internal sealed record BoundAggregate(
    AggregateFunction Function,
    string? Activity,
    BoundNode? Value,
    BoundNode? Key,
    BoundNode? Where,
    bool Nested,
    RuleType Type,
    Expression Source) : BoundNode(Type, Source);

internal sealed record BoundSequence(
    bool Counts,
    string FirstActivity,
    BoundNode? FirstWhere,
    string SecondActivity,
    BoundNode? SecondWhere,
    BoundDuration? Within,
    bool Nested,
    Expression Source) : BoundNode(Counts ? RuleType.Integer : RuleType.Boolean, Source);

internal enum CalendarUnit
{
    Year,
    Quarter,
    Month,
    Week,
    Day,
    Hour,
}
