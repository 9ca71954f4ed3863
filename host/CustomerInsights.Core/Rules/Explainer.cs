using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>Turns a bound rule's tree into English; this part says conditions, the others values and aggregates.</summary>
internal sealed partial class Explainer(IEnumerable<string> activities)
{
    // More conditions than this, or conditions inside conditions, read better below each other.
    private const int OnOneLine = 3;

    // Enough of a long list to know it by.
    private const int ShownItems = 5;

    private readonly HashSet<string> _activities = new(activities, StringComparer.Ordinal);

    public string Rule(Expression rule, RuleUse use) => (rule, use) switch
    {
        (GroupedExpression grouped, _) => $"{Bare(Value(grouped.Measure))}, by {Words.Join(grouped.Dimensions.Select(Dimension), "and")}",
        (_, RuleUse.BusinessMeasure) => Bare(Value(rule)),
        (LogicalExpression logical, _) when IsLong(logical) => string.Join('\n', Lines(logical, 0)),
        _ when IsCondition(rule) => Condition(rule),
        _ => Bare(Value(rule)),
    };

    private static bool IsLong(LogicalExpression logical) =>
        logical.Operands.Count > OnOneLine || logical.Operands.Any(o => o is LogicalExpression);

    private IEnumerable<string> Lines(LogicalExpression logical, int level)
    {
        yield return logical.Operator == LogicalOperator.And ? "all of these:" : "any of these:";
        string indent = new(' ', 2 * (level + 1));
        foreach (var operand in logical.Operands)
        {
            if (operand is LogicalExpression inner && level < RuleLimits.Depth)
            {
                bool first = true;
                foreach (string line in Lines(inner, level + 1))
                {
                    yield return first ? $"{indent}- {line}" : line;
                    first = false;
                }
            }
            else
            {
                yield return $"{indent}- {Condition(operand)}";
            }
        }
    }

    private static bool IsCondition(Expression node) => node switch
    {
        LogicalExpression or InExpression or BetweenExpression or PresenceExpression => true,
        UnaryExpression unary => unary.Operator == UnaryOperator.Not,
        BinaryExpression binary => !Spelling.IsArithmetic(binary.Operator),
        AggregateExpression aggregate => aggregate.Function == AggregateFunction.Exists,
        SequenceExpression sequence => sequence.Function == AggregateFunction.Exists,
        CallExpression call => call.Function is "segment" or "reachable",
        _ => false,
    };

    /// <summary>A clause that is true or false.</summary>
    private string Condition(Expression node) => node switch
    {
        LogicalExpression logical => Chain(logical),
        UnaryExpression { Operator: UnaryOperator.Not } not => Negation(not.Operand),
        BinaryExpression binary when !Spelling.IsArithmetic(binary.Operator) => Comparison(binary),
        InExpression within => $"{Value(within.Operand)} {OneOf(within)}",
        BetweenExpression between => $"{Value(between.Operand)} is between {Value(between.Low)} and {Value(between.High)}",
        PresenceExpression presence => $"{Value(presence.Operand)} is {(presence.Missing ? "missing" : "present")}",
        AggregateExpression { Function: AggregateFunction.Exists } exists => $"has at least one {Rows(exists, plural: false)}",
        SequenceExpression { Function: AggregateFunction.Exists } sequence => $"has at least one {Steps(sequence)}",
        CallExpression { Function: "segment" } call => $"is in the segment {Value(call.Arguments[0])}",
        CallExpression { Function: "reachable" } call => $"can be reached by {Value(call.Arguments[0])}",
        LiteralExpression { Value: { Type: DataType.Boolean } flag } => flag.AsBoolean() ? "always" : "never",
        _ => $"{Value(node)} is true",
    };

    private string Negation(Expression operand) => operand switch
    {
        CallExpression { Function: "segment" } call => $"is not in the segment {Value(call.Arguments[0])}",
        CallExpression { Function: "reachable" } call => $"cannot be reached by {Value(call.Arguments[0])}",
        AggregateExpression { Function: AggregateFunction.Exists } exists => $"has no {Rows(exists, plural: false)}",
        SequenceExpression { Function: AggregateFunction.Exists } sequence => $"has no {Steps(sequence)}",
        NameExpression => $"{Value(operand)} is not true",
        _ => $"it is not true that {Condition(operand)}",
    };

    private string Chain(LogicalExpression logical)
    {
        bool all = logical.Operator == LogicalOperator.And;
        bool nested = logical.Operands.Any(o => o is LogicalExpression);
        string joined = Words.Join(logical.Operands.Select(Nested), all ? "and" : "or");
        return nested ? $"{(all ? "all of" : "any of")} {joined}" : joined;
    }

    // A chain inside a chain says where it begins and ends, since English has no parentheses.
    private string Nested(Expression node) => node is LogicalExpression logical
        ? $"{(logical.Operator == LogicalOperator.And ? "together" : "either")} {Chain(logical)}"
        : Condition(node);

    private string Comparison(BinaryExpression binary)
    {
        if (binary.Left is AggregateExpression { Function: AggregateFunction.Count } or SequenceExpression { Function: AggregateFunction.Count }
            && binary.Right is LiteralExpression { Value.Type: DataType.Integer } number)
        {
            return Counted(binary.Operator, binary.Left, number.Value.AsInteger());
        }

        if (binary.Left is CallExpression { Function: "days_since" } since && binary.Operator is not BinaryOperator.NotEqual and <= BinaryOperator.GreaterOrEqual
            && binary.Right is LiteralExpression)
        {
            string days = binary.Right is LiteralExpression { Value: var value } && value.ToString() == "1" ? "day" : "days";
            return $"{Moment(since.Arguments[0])} was {Amount(binary.Operator)} {Value(binary.Right)} {days} ago";
        }

        return binary.Operator == BinaryOperator.EqualIgnoringCase
            ? $"{Value(binary.Left)} is {Value(binary.Right)}, in capitals or not"
            : $"{Value(binary.Left)} {Verb(binary)} {Value(binary.Right)}";
    }

    private static string Amount(BinaryOperator op) => op switch
    {
        BinaryOperator.Less => "less than",
        BinaryOperator.LessOrEqual => "at most",
        BinaryOperator.Greater => "more than",
        BinaryOperator.GreaterOrEqual => "at least",
        BinaryOperator.NotEqual => "other than",
        _ => "exactly",
    };

    private string Counted(BinaryOperator op, Expression counted, long number)
    {
        string What(bool plural) => counted is SequenceExpression sequence ? Steps(sequence, plural) : Rows((AggregateExpression)counted, plural);
        return (op, number) switch
        {
            (BinaryOperator.Equal, 0) or (BinaryOperator.Less, 1) or (BinaryOperator.LessOrEqual, 0) => $"has no {What(true)}",
            (BinaryOperator.Greater, 0) => $"has at least 1 {What(false)}",
            (BinaryOperator.Less, _) => $"has fewer than {number} {What(number != 1)}",
            (BinaryOperator.NotEqual, _) => $"has a number of {What(true)} other than {number}",
            _ => $"has {Amount(op)} {number} {What(number != 1)}",
        };
    }

    private static string Verb(BinaryExpression binary) => Verb(binary.Operator, IsTemporal(binary.Left) || IsTemporal(binary.Right));

    private static string Verb(BinaryOperator op, bool temporal) => op switch
    {
        BinaryOperator.Equal => "is",
        BinaryOperator.NotEqual => "is not",
        BinaryOperator.Less => temporal ? "is before" : "is less than",
        BinaryOperator.LessOrEqual => temporal ? "is at or before" : "is at most",
        BinaryOperator.Greater => temporal ? "is after" : "is more than",
        BinaryOperator.GreaterOrEqual => temporal ? "is at or after" : "is at least",
        BinaryOperator.StartsWith => "starts with",
        BinaryOperator.EndsWith => "ends with",
        BinaryOperator.Matches => "matches the pattern",
        _ => "contains",
    };

    private static bool IsTemporal(Expression node) => node switch
    {
        LiteralExpression literal => literal.Value.Type is DataType.Date or DataType.Time,
        NameExpression name => name.Parts[^1] == "at",
        CallExpression call => call.Function is "now" or "today" or "ago" || (call.Function == "truncate" && call.Arguments.Count > 0),
        BinaryExpression binary => binary.Right is DurationExpression,
        AggregateExpression aggregate => aggregate.Arguments is [var only] && IsTemporal(only),
        _ => false,
    };

    private string OneOf(InExpression within)
    {
        var shown = within.Items.Take(ShownItems).Select(Value).ToList();
        if (within.Items.Count > ShownItems)
        {
            shown.Add($"{within.Items.Count - ShownItems} more");
        }

        return within.Items.Count == 1 ? $"{(within.Negated ? "is not" : "is")} {shown[0]}"
            : within.Negated ? $"is none of {Words.Join(shown, "and")}"
            : $"is {(within.Items.Count > 2 ? "one of " : "")}{Words.Join(shown, "or")}";
    }

    private static string Bare(string text) => text.StartsWith("the ", StringComparison.Ordinal) ? text[4..] : text;
}
