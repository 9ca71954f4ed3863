namespace CustomerInsights.Core.Rules;

/// <summary>Which activities an aggregate runs over, and what it may make of their values.</summary>
internal sealed partial class Binder
{
    // What a business measure calls the profiles themselves, unless an activity type has taken the name.
    private const string ProfileSource = "profile";

    private BoundNode Aggregate(AggregateExpression aggregate, Scope scope)
    {
        string name = Spelling.Of(aggregate.Function);
        int asked = aggregate.Function is AggregateFunction.ArgMin or AggregateFunction.ArgMax ? 2 : 1;
        bool overAll = scope.Kind == ScopeKind.Measure;
        if (aggregate.Arguments.Count != asked)
        {
            string signature = asked == 2 ? $"{name}(value, key)" : $"{name}({(TakesRows(aggregate) ? "activity" : "activity.field")})";
            return FailedInside(aggregate, "RUL021", $"{signature} was given {aggregate.Arguments.Count} arguments");
        }

        bool rows = TakesRows(aggregate) && aggregate.Arguments[0] is NameExpression only
            && (_schema.Activities.ContainsKey(only.Joined) || (overAll && only.Joined == ProfileSource));
        string? activity = rows ? ((NameExpression)aggregate.Arguments[0]).Joined : ActivityOf(aggregate, overAll, out bool failed) is { } found && !failed ? found : null;
        if (activity is null)
        {
            return FailedInside(aggregate, null, "");
        }

        bool profiles = activity == ProfileSource && !_schema.Activities.ContainsKey(activity);
        if (!profiles)
        {
            _reads.Activity(activity);
        }

        // An aggregate inside another sees its own activities and the profile, never the outer activity.
        var inner = profiles ? new Scope(ScopeKind.Profile, Inner: false) : new Scope(ScopeKind.Activity, activity, Inner: true);
        var value = rows ? null : Node(aggregate.Arguments[0], inner);
        var key = asked == 2 ? Node(aggregate.Arguments[1], inner) : null;
        var where = aggregate.Where is null ? null : Require(Node(aggregate.Where, inner), RuleType.Boolean, "RUL020", "'where' needs a condition");
        if (overAll)
        {
            where = Filtered(where, inner.Inner, aggregate);
        }

        if (AggregateType(aggregate, value, key, profiles) is not { } type)
        {
            return Unknown(aggregate);
        }

        var bound = new BoundAggregate(
            aggregate.Function, profiles ? null : activity, Widened(aggregate.Function, value), key, where, scope.Inner, type, aggregate);
        if (overAll)
        {
            _businessAggregates.Add(bound);
        }

        return bound;
    }

    // The filter's names are those of the profile, also where a field of the activity has the same name.
    private BoundNode? Filtered(BoundNode? where, bool inner, Expression source)
    {
        if (_filter is null)
        {
            return where;
        }

        var filter = Require(Node(_filter, new Scope(ScopeKind.Profile, Inner: inner)), RuleType.Boolean, "RUL024", "a filter must be true or false");
        return where is null ? filter : new BoundLogical(true, [filter, where], source);
    }

    private static bool TakesRows(AggregateExpression aggregate) => aggregate.Function is AggregateFunction.Count or AggregateFunction.Exists;

    // A mean of integers is a decimal, so they are summed as decimals from the start and cannot overflow on the way.
    private static BoundNode? Widened(AggregateFunction function, BoundNode? value) =>
        function == AggregateFunction.Avg && value?.Type == RuleType.Integer ? Convert(value, RuleType.Decimal) : value;

    private RuleType? AggregateType(AggregateExpression aggregate, BoundNode? value, BoundNode? key, bool profiles)
    {
        string name = Spelling.Of(aggregate.Function);
        if (profiles && aggregate.Function is AggregateFunction.First or AggregateFunction.Last)
        {
            Report(aggregate, "RUL025", $"{name} goes by time, and profiles have none");
            return null;
        }

        if (value?.Type == RuleType.Duration || key?.Type == RuleType.Duration)
        {
            Report(aggregate, "RUL022", $"{name} takes no duration");
            return null;
        }

        if (value?.Type == RuleType.Unknown || key?.Type == RuleType.Unknown)
        {
            return aggregate.Function switch
            {
                AggregateFunction.Exists => RuleType.Boolean,
                AggregateFunction.Count or AggregateFunction.CountDistinct => RuleType.Integer,
                _ => null,
            };
        }

        var type = value?.Type ?? RuleType.Unknown;
        switch (aggregate.Function)
        {
            case AggregateFunction.Exists:
                return RuleType.Boolean;
            case AggregateFunction.Count or AggregateFunction.CountDistinct:
                return RuleType.Integer;
            case AggregateFunction.Sum when type.IsNumeric():
                return type;
            case AggregateFunction.Avg when type.IsNumeric():
                return type == RuleType.Number ? RuleType.Number : RuleType.Decimal;
            case AggregateFunction.Min or AggregateFunction.Max when type.IsOrdered():
            case AggregateFunction.First or AggregateFunction.Last:
            case AggregateFunction.ArgMin or AggregateFunction.ArgMax when key!.Type.IsOrdered():
                return type;
            case AggregateFunction.ArgMin or AggregateFunction.ArgMax:
                Report(key!.Source, "RUL022", $"the key of {name} must have an order; this is {key.Type.Article()}");
                return null;
            default:
                string takes = aggregate.Function is AggregateFunction.Sum or AggregateFunction.Avg ? "numbers" : "values that have an order";
                Report(value!.Source, "RUL022", $"{name} takes {takes}; this is {type.Article()}");
                return null;
        }
    }

    /// <summary>The one activity type that the arguments name a field of; reports when there is none, or more than one.</summary>
    private string? ActivityOf(AggregateExpression aggregate, bool overAll, out bool failed)
    {
        var names = new List<NameExpression>();
        foreach (var argument in aggregate.Arguments)
        {
            CollectNames(argument, names);
        }

        failed = true;
        var types = names.Select(n => SplitActivity(n)?.Activity).OfType<string>().Distinct().ToList();
        string function = Spelling.Of(aggregate.Function);
        if (types.Count > 1)
        {
            Report(aggregate, "RUL025", $"{function} is over one activity type; here are '{types[0]}' and '{types[1]}'");
            return null;
        }

        failed = false;
        if (types.Count == 1)
        {
            return types[0];
        }

        if (overAll && names.Count > 0 && !TakesRows(aggregate))
        {
            return ProfileSource;
        }

        failed = true;
        if (aggregate.Arguments.Any(HasError))
        {
            return null;
        }

        if (aggregate.Arguments is [NameExpression only] && (TakesRows(aggregate) || (only.Parts.Count > 1 && Profile(only) is null)))
        {
            string meant = TakesRows(aggregate) ? only.Joined : only.Parts[0];
            Report(only, "RUL013", $"unknown activity type '{meant}'", Nearest.To(meant, _schema.Activities.Keys));
            return null;
        }

        string example = _schema.Activities.OrderBy(a => a.Key, StringComparer.Ordinal)
            .SelectMany(a => a.Value.Keys.Order(StringComparer.Ordinal).Select(f => $"{a.Key}.{f}")).FirstOrDefault() ?? "order.amount";
        Report(aggregate, "RUL025", $"{function} needs a field of an activity type, such as {example}");
        return null;
    }

    private static bool HasError(Expression node) => node is ErrorExpression || Scalars(node).Any(HasError);

    private static void CollectNames(Expression node, List<NameExpression> names)
    {
        if (node is NameExpression name)
        {
            names.Add(name);
        }
        else
        {
            foreach (var child in Scalars(node))
            {
                CollectNames(child, names);
            }
        }
    }

    // What is within an aggregate is of another scope.
    private static IEnumerable<Expression> Scalars(Expression node) =>
        node is AggregateExpression or SequenceExpression or GroupedExpression ? [] : ExpressionNodes.Children(node);

    private BoundNode Sequence(SequenceExpression sequence, Scope scope)
    {
        bool known = Step(sequence.First, out var first) & Step(sequence.Second, out var second);
        if (!known)
        {
            return new BoundConstant(sequence.Function == AggregateFunction.Count ? RuleType.Integer : RuleType.Boolean, default, sequence);
        }

        if (scope.Kind == ScopeKind.Measure)
        {
            first = Filtered(first, inner: true, sequence);
        }

        var within = sequence.Within is { } length ? new BoundDuration(length.Amount, length.Unit, length) : null;
        var bound = new BoundSequence(
            sequence.Function == AggregateFunction.Count,
            sequence.First.Activity.Joined,
            first,
            sequence.Second.Activity.Joined,
            second,
            within,
            scope.Inner,
            sequence);
        if (scope.Kind == ScopeKind.Measure)
        {
            _businessAggregates.Add(bound);
        }

        return bound;
    }

    private bool Step(SequenceStep step, out BoundNode? where)
    {
        string type = step.Activity.Joined;
        bool known = _schema.Activities.ContainsKey(type);
        if (known)
        {
            _reads.Activity(type);
        }
        else
        {
            Report(step.Activity, "RUL013", $"unknown activity type '{type}'", Nearest.To(type, _schema.Activities.Keys));
        }

        var scope = known ? new Scope(ScopeKind.Activity, type, Inner: true) : new Scope(ScopeKind.Unknown);
        where = step.Where is null ? null : Require(Node(step.Where, scope), RuleType.Boolean, "RUL020", "'where' needs a condition");
        return known;
    }

    // The condition is checked all the same, but its names mean nothing while the activity type is not known.
    private BoundConstant FailedInside(AggregateExpression aggregate, string? code, string message)
    {
        if (code is not null)
        {
            Report(aggregate, code, message);
        }

        if (aggregate.Where is not null)
        {
            Node(aggregate.Where, new Scope(ScopeKind.Unknown));
        }

        return aggregate.Function switch
        {
            AggregateFunction.Exists => new BoundConstant(RuleType.Boolean, default, aggregate),
            AggregateFunction.Count or AggregateFunction.CountDistinct => new BoundConstant(RuleType.Integer, default, aggregate),
            _ => Unknown(aggregate),
        };
    }
}
