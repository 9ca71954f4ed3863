using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

internal sealed partial class Explainer
{
    /// <summary>A noun for what an expression answers.</summary>
    private string Value(Expression node) => node switch
    {
        LiteralExpression literal => Words.Literal(literal.Value),
        DurationExpression duration => Words.Duration(duration),
        NameExpression name => Words.Name(Field(name)),
        UnaryExpression { Operator: UnaryOperator.Negate } negate => $"minus {Operand(negate.Operand)}",
        BinaryExpression binary when Spelling.IsArithmetic(binary.Operator) => Arithmetic(binary),
        CallExpression { Function: not ("segment" or "reachable") } call => Call(call),
        AggregateExpression { Function: not AggregateFunction.Exists } aggregate => Aggregate(aggregate),
        SequenceExpression { Function: AggregateFunction.Count } sequence => $"the number of {Steps(sequence, plural: true)}",
        GroupedExpression grouped => Rule(grouped, RuleUse.BusinessMeasure),
        _ => $"whether {Condition(node)}",
    };

    private string Arithmetic(BinaryExpression binary)
    {
        string left = Operand(binary.Left), right = Operand(binary.Right);
        return binary.Operator switch
        {
            BinaryOperator.Add => $"{left} plus {right}",
            BinaryOperator.Subtract => $"{left} minus {right}",
            BinaryOperator.Multiply => $"{left} times {right}",
            BinaryOperator.Divide => $"{left} divided by {right}",
            _ => $"the remainder of {left} divided by {right}",
        };
    }

    private string Operand(Expression node) =>
        node is BinaryExpression or UnaryExpression ? $"the result of {Value(node)}" : Value(node);

    private string Call(CallExpression call)
    {
        string First() => Operand(call.Arguments[0]);
        string At(int index) => Value(call.Arguments[index]);
        return call.Function switch
        {
            "lower" => $"{First()} in lower case",
            "upper" => $"{First()} in upper case",
            "trim" => $"{First()} without blanks around it",
            "length" => $"the length of {First()}",
            "substring" => $"the part of {First()} from position {At(1)}{(call.Arguments.Count > 2 ? $" for {At(2)} characters" : "")}",
            "concat" => $"{Words.Join(call.Arguments.Select(Value), "and")} joined",
            "abs" => $"{First()} without its sign",
            "round" => $"{First()} rounded{(call.Arguments.Count > 1 ? $" to {At(1)} digits" : "")}",
            "floor" => $"{First()} rounded down",
            "ceil" => $"{First()} rounded up",
            "now" => "now",
            "today" => "today",
            "ago" => $"{First()} ago",
            "year" or "quarter" or "month" or "hour" => $"the {call.Function} of {Moment(call.Arguments[0])}",
            "day" => $"the day of the month of {Moment(call.Arguments[0])}",
            "weekday" => $"the day of the week of {Moment(call.Arguments[0])}",
            "days_since" => $"the days since {Moment(call.Arguments[0])}",
            "days_between" => $"the days from {Moment(call.Arguments[0])} to {Moment(call.Arguments[1])}",
            "truncate" => $"the start of the {Unit(call)} of {Moment(call.Arguments[0])}",
            "coalesce" => call.Arguments.Count == 1 ? At(0) : $"the first of {Words.Join(call.Arguments.Select(Value), "and")} that is present",
            "if" => $"{At(1)} if {Condition(call.Arguments[0])}, otherwise {At(2)}",
            "percentile_rank" => $"the percentile rank of {First()}",
            _ => $"{Words.Name(call.Function)} of {Words.Join(call.Arguments.Select(Value), "and")}",
        };
    }

    private static string Unit(CallExpression call) =>
        call.Arguments[1] is LiteralExpression { Value: { Type: DataType.Text } unit } ? unit.AsText() : "period";

    // "The latest order" rather than "the time of the latest order", where a verb of time follows.
    private string Moment(Expression node) => node is AggregateExpression { Arguments: [NameExpression name] } aggregate
        && Split(name) is { Field: "at" }
        && Extreme(aggregate.Function, time: true) is { } which
        ? $"the {which} {Rows(aggregate, plural: false)}"
        : Value(node);

    private string Dimension(Expression node) => node switch
    {
        CallExpression { Function: "year" or "quarter" or "month" or "day" or "weekday" or "hour" } call when IsAt(call) => call.Function,
        CallExpression { Function: "truncate" } call when IsAt(call) => Unit(call),
        _ => Bare(Value(node)),
    };

    private static bool IsAt(CallExpression call) => call.Arguments[0] is NameExpression name && name.Parts[^1] == "at";

    private string Field(NameExpression name) => Split(name) is { } split ? split.Field : name.Joined;

    private (string Activity, string Field)? Split(NameExpression name)
    {
        for (int count = name.Parts.Count - 1; count > 0; count--)
        {
            string activity = string.Join('.', name.Parts.Take(count));
            if (_activities.Contains(activity))
            {
                return (activity, string.Join('.', name.Parts.Skip(count)));
            }
        }

        return null;
    }
}
