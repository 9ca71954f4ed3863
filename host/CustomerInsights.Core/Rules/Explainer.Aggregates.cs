namespace CustomerInsights.Core.Rules;

internal sealed partial class Explainer
{
    private string Aggregate(AggregateExpression aggregate)
    {
        if (aggregate.Function == AggregateFunction.Count)
        {
            return $"the number of {Rows(aggregate, plural: true)}";
        }

        var argument = aggregate.Arguments[0];
        if (aggregate.Function is AggregateFunction.ArgMin or AggregateFunction.ArgMax)
        {
            string size = aggregate.Function == AggregateFunction.ArgMin ? "smallest" : "largest";
            return $"the {Bare(Value(argument))} of the {Noun(aggregate, plural: false)} with the {size} {Bare(Value(aggregate.Arguments[1]))}{Where(aggregate.Where, and: true)}";
        }

        if (argument is NameExpression name && Split(name) is { Field: "at" } && Extreme(aggregate.Function, time: true) is { } which)
        {
            return $"the time of the {which} {Rows(aggregate, plural: false)}";
        }

        string value = argument is BinaryExpression ? $"result of {Value(argument)}" : Bare(Value(argument));
        string of = $" of {Rows(aggregate, plural: true)}";
        return aggregate.Function switch
        {
            AggregateFunction.CountDistinct => $"the number of different values of {value}{of}",
            AggregateFunction.Sum => $"the total {value}{of}",
            AggregateFunction.Avg => $"the average {value}{of}",
            var function => $"the {Extreme(function, time: false)} {value}{of}",
        };
    }

    private static string? Extreme(AggregateFunction function, bool time) => function switch
    {
        AggregateFunction.Min => time ? "first" : "smallest",
        AggregateFunction.Max => time ? "latest" : "largest",
        AggregateFunction.First => "first",
        AggregateFunction.Last => "latest",
        _ => null,
    };

    /// <summary>The activities that an aggregate is over, with what is asked of them.</summary>
    private string Rows(AggregateExpression aggregate, bool plural)
    {
        string noun = Noun(aggregate, plural);
        bool counts = aggregate.Function is AggregateFunction.Count or AggregateFunction.Exists;
        string having = counts && !(aggregate.Arguments[0] is NameExpression name && IsRow(name))
            ? $" that {(plural ? "have" : "has")} {Bare(Value(aggregate.Arguments[0]))}"
            : "";
        return $"{noun}{having}{Where(aggregate.Where, and: having.Length > 0)}";
    }

    private bool IsRow(NameExpression name) => _activities.Contains(name.Joined) || name.Joined == "profile";

    private string Noun(AggregateExpression aggregate, bool plural)
    {
        string activity = aggregate.Arguments.Select(ActivityIn).OfType<string>().FirstOrDefault() ?? "profile";
        string noun = Words.Name(activity);
        return plural ? Words.Plural(noun) : noun;
    }

    private string? ActivityIn(Expression node) => node switch
    {
        NameExpression name => _activities.Contains(name.Joined) ? name.Joined : Split(name)?.Activity,
        AggregateExpression or SequenceExpression => null,
        UnaryExpression unary => ActivityIn(unary.Operand),
        BinaryExpression binary => ActivityIn(binary.Left) ?? ActivityIn(binary.Right),
        LogicalExpression logical => logical.Operands.Select(ActivityIn).FirstOrDefault(a => a is not null),
        InExpression within => ActivityIn(within.Operand) ?? within.Items.Select(ActivityIn).FirstOrDefault(a => a is not null),
        BetweenExpression between => ActivityIn(between.Operand) ?? ActivityIn(between.Low) ?? ActivityIn(between.High),
        PresenceExpression presence => ActivityIn(presence.Operand),
        CallExpression call => call.Arguments.Select(ActivityIn).FirstOrDefault(a => a is not null),
        _ => null,
    };

    private string Steps(SequenceExpression sequence, bool plural = false)
    {
        string first = Words.Name(sequence.First.Activity.Joined), second = Words.Name(sequence.Second.Activity.Joined);
        string within = sequence.Within is { } length ? $" within {Words.Duration(length)}" : "";
        return $"{(plural ? Words.Plural(first) : first)}{Where(sequence.First.Where)} followed by {Words.Article(second)} {second}{Where(sequence.Second.Where)}{within}";
    }

    /// <summary>What is asked of each activity: "with amount at least 50 in the last 90 days".</summary>
    private string Where(Expression? where, bool and = false)
    {
        if (where is null)
        {
            return "";
        }

        Expression[] parts = where is LogicalExpression { Operator: LogicalOperator.And } chain ? [.. chain.Operands] : [where];
        var times = parts.Select(When).ToList();
        Expression[] others = [.. parts.Where((_, i) => times[i] is null)];
        string asked = others.Length == 0 ? ""
            : others.All(o => Short(o) is not null) ? $" {(and ? "and with" : "with")} {Words.Join(others.Select(o => Short(o)!), "and")}"
            : $" where {Words.Join(others.Select(Nested), "and")}";
        return asked + string.Concat(times.OfType<string>().Select(t => $" {t}"));
    }

    // "amount at least 50" is enough where "with" has gone before.
    private string? Short(Expression node) => node switch
    {
        BinaryExpression { Left: NameExpression, Right: LiteralExpression } binary
            when binary.Operator is >= BinaryOperator.Equal and <= BinaryOperator.GreaterOrEqual =>
            $"{Value(binary.Left)}{(binary.Operator == BinaryOperator.Equal ? "" : Verb(binary)[2..])} {Value(binary.Right)}",
        BetweenExpression { Operand: NameExpression, Low: LiteralExpression, High: LiteralExpression } between =>
            $"{Value(between.Operand)} between {Value(between.Low)} and {Value(between.High)}",
        _ => null,
    };

    private string? When(Expression node)
    {
        switch (node)
        {
            case BinaryExpression { Left: NameExpression name } binary when IsAt(name):
                bool window = binary.Right is CallExpression { Function: "ago", Arguments: [DurationExpression] };
                return binary.Operator switch
                {
                    BinaryOperator.GreaterOrEqual or BinaryOperator.Greater when window => $"in the last {Words.Window((DurationExpression)((CallExpression)binary.Right).Arguments[0])}",
                    BinaryOperator.GreaterOrEqual => $"since {Moment(binary.Right)}",
                    BinaryOperator.Greater => $"after {Moment(binary.Right)}",
                    BinaryOperator.Less => $"before {Moment(binary.Right)}",
                    BinaryOperator.LessOrEqual => $"until {Moment(binary.Right)}",
                    BinaryOperator.Equal => $"on {Moment(binary.Right)}",
                    _ => null,
                };
            case BetweenExpression { Operand: NameExpression name } between when IsAt(name):
                return $"from {Moment(between.Low)} to {Moment(between.High)}";
            default:
                return null;
        }
    }

    private bool IsAt(NameExpression name) => name.Joined == "at" || Split(name)?.Field == "at";
}
