using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>Walks the tree once and answers it with bound nodes; this part holds the entry, literals and names.</summary>
internal sealed partial class Binder
{
    private readonly RuleSchema _schema;
    private readonly RuleUse _use;
    private readonly List<RuleError> _errors;
    private readonly Expression? _filter;
    private readonly DependencySet _reads = new();
    private readonly List<BoundRank> _ranks = [];
    private readonly List<BoundNode> _businessAggregates = [];
    private bool _insideRank;
    private bool _dimensionReadsField;

    private Binder(RuleSchema schema, RuleUse use, IEnumerable<RuleError> errors, Expression? filter)
    {
        _filter = filter;
        _schema = schema;
        _use = use;
        _errors = [.. errors];
    }

    private enum ScopeKind
    {
        Profile,
        Activity,   // inside an aggregate: fields first, then attributes
        Dimension,  // after `by`: attributes first, then fields of the one activity type
        Measure,    // of a business measure, outside its aggregates: no names at all
        Unknown,    // what an aggregate is over could not be told; names are not reported a second time
    }

    /// <param name="Kind">How names are looked up.</param>
    /// <param name="Activity">The activity type at hand.</param>
    /// <param name="Inner">Evaluated for each activity, so that an aggregate in here is worth keeping.</param>
    private sealed record Scope(ScopeKind Kind, string? Activity = null, bool Inner = false);

    /// <param name="filter">For a business measure: which profiles it is about. Each aggregate takes it as part of its <c>where</c>.</param>
    public static BindResult Bind(Expression expression, RuleSchema schema, RuleUse use, IReadOnlyList<RuleError> errors, Expression? filter = null)
    {
        if (expression.Depth > RuleLimits.Depth)
        {
            return new BindResult(null, [RuleError.At(
                expression.Place, "RUL007", $"the rule is nested more than {RuleLimits.Depth} levels deep")]);
        }

        var binder = new Binder(schema, use, errors, filter);
        var rule = use == RuleUse.BusinessMeasure ? binder.Business(expression) : binder.PerProfile(expression);
        return binder._errors.Count == 0
            ? new BindResult(rule, [])
            : new BindResult(null, [.. binder._errors.OrderBy(e => e.Line).ThenBy(e => e.Column).Take(RuleLimits.Errors)]);
    }

    private BoundRule? PerProfile(Expression expression)
    {
        var root = Node(expression, new Scope(ScopeKind.Profile));
        if (_use == RuleUse.Condition)
        {
            Require(root, RuleType.Boolean, "RUL024", "a condition must be true or false");
        }
        else
        {
            RequireValue(root);
        }

        return _errors.Count == 0 ? Rule(root, [], expression) : null;
    }

    private BoundRule? Business(Expression expression)
    {
        var measure = expression is GroupedExpression grouped ? grouped.Measure : expression;
        var root = Node(measure, new Scope(ScopeKind.Measure));
        RequireValue(root);
        if (_businessAggregates.Count == 0 && _errors.Count == 0)
        {
            Report(expression, "RUL025", "a business measure needs an aggregate, such as count(profile) or sum(order.amount)");
        }

        var dimensions = expression is GroupedExpression by ? Dimensions(by.Dimensions) : [];
        return _errors.Count == 0 ? Rule(root, dimensions, expression) : null;
    }

    private BoundRule Rule(BoundNode root, IReadOnlyList<BoundNode> dimensions, Expression source) =>
        new(root, source, _use, _reads.ToDependencies(_ranks.Count > 0), _ranks)
        {
            BusinessAggregates = _businessAggregates,
            Dimensions = dimensions,
            DimensionsReadFields = _dimensionReadsField,
        };

    private List<BoundNode> Dimensions(NodeList<Expression> dimensions)
    {
        // A field can be a dimension only when every aggregate runs over the activities that have it.
        var types = _businessAggregates.Select(a => (a as BoundAggregate)?.Activity).Distinct().ToList();
        var scope = new Scope(ScopeKind.Dimension, types is [{ } only] ? only : null, Inner: true);
        var bound = new List<BoundNode>();
        foreach (var dimension in dimensions)
        {
            var node = Node(dimension, scope);
            RequireValue(node);
            bound.Add(node);
        }

        return bound;
    }

    private BoundNode Node(Expression node, Scope scope) => node switch
    {
        LiteralExpression literal => Literal(literal),
        DurationExpression duration => new BoundDuration(duration.Amount, duration.Unit, duration),
        NameExpression name => Name(name, scope),
        UnaryExpression unary => Unary(unary, scope),
        LogicalExpression logical => Logical(logical, scope),
        BinaryExpression binary => Binary(binary, scope),
        InExpression within => In(within, scope),
        BetweenExpression between => Between(between, scope),
        PresenceExpression presence => Presence(presence, scope),
        CallExpression call => Call(call, scope),
        AggregateExpression aggregate => Aggregate(aggregate, scope),
        SequenceExpression sequence => Sequence(sequence, scope),
        GroupedExpression => Failed(node, "RUL026", "'by' makes a measure for the business; it is allowed only there, at the end"),
        _ => Unknown(node),
    };

    private BoundConstant Literal(LiteralExpression literal) => literal.Value.Type is { } type and not DataType.TextList
        ? new BoundConstant((RuleType)type, literal.Value, literal)
        : Failed(literal, "RUL003", "a literal is a text, a number, true, false, a date or a time");

    private BoundNode Name(NameExpression name, Scope scope)
    {
        if (scope.Kind == ScopeKind.Unknown)
        {
            return Unknown(name);
        }

        if (name.Parts.Count > RuleLimits.NameParts)
        {
            return Failed(name, "RUL008", $"{name.Parts.Count} parts of a name; at most {RuleLimits.NameParts} are allowed");
        }

        if (scope.Kind == ScopeKind.Measure)
        {
            return Failed(name, "RUL028", $"'{name.Joined}' must stand inside an aggregate or after by: a business measure is over all profiles");
        }

        BoundNode? found = scope.Kind == ScopeKind.Dimension
            ? (BoundNode?)Profile(name) ?? DimensionField(name, scope)
            : (BoundNode?)Field(name, scope.Activity, bareToo: true) ?? Profile(name);
        return found ?? UnknownName(name, scope);
    }

    private BoundField? DimensionField(NameExpression name, Scope scope)
    {
        var field = Field(name, scope.Activity, bareToo: false);
        _dimensionReadsField |= field is not null;
        return field;
    }

    private BoundField? Field(NameExpression name, string? activity, bool bareToo)
    {
        if (activity is null)
        {
            return null;
        }

        if (bareToo && FieldType(activity, name.Joined) is { } bare)
        {
            return ReadField(bare, activity, name.Joined, name);
        }

        return SplitActivity(name) is { } split && split.Activity == activity && FieldType(activity, split.Field) is { } type
            ? ReadField(type, activity, split.Field, name)
            : null;
    }

    private BoundField ReadField(RuleType type, string activity, string field, Expression source)
    {
        _reads.Field(activity, field);
        return new BoundField(type, activity, field, source);
    }

    private RuleType? FieldType(string activity, string field) => _schema.FieldType(activity, field);

    private BoundAttribute? Profile(NameExpression name)
    {
        if (_schema.Attributes.TryGetValue(name.Joined, out var type))
        {
            _reads.Attribute(name.Joined);
            return new BoundAttribute((RuleType)type, [], name.Joined, name);
        }

        return Related(name);
    }

    private BoundAttribute? Related(NameExpression name)
    {
        var schema = _schema;
        var path = new List<string>();
        for (int i = 0; i < name.Parts.Count - 1; i++)
        {
            if (!schema.Relationships.TryGetValue(name.Parts[i], out schema))
            {
                return null;
            }

            path.Add(name.Parts[i]);
            string rest = string.Join('.', name.Parts.Skip(i + 1));
            if (schema.Attributes.TryGetValue(rest, out var type))
            {
                _reads.Related(path, rest);
                return new BoundAttribute((RuleType)type, path, rest, name);
            }
        }

        return null;
    }

    /// <summary>Splits <c>web.page_view.url</c> into the longest activity type and the field behind it.</summary>
    private (string Activity, string Field)? SplitActivity(NameExpression name)
    {
        for (int count = name.Parts.Count - 1; count > 0; count--)
        {
            string activity = string.Join('.', name.Parts.Take(count));
            if (_schema.Activities.ContainsKey(activity))
            {
                return (activity, string.Join('.', name.Parts.Skip(count)));
            }
        }

        return null;
    }

    private BoundConstant UnknownName(NameExpression name, Scope scope)
    {
        if (SplitActivity(name) is { } split)
        {
            if (FieldType(split.Activity, split.Field) is null)
            {
                return Failed(name, "RUL014", $"unknown field '{split.Field}' of '{split.Activity}'", Nearest.To(split.Field, Fields(split.Activity)));
            }

            return Failed(name, "RUL029", scope.Kind switch
            {
                ScopeKind.Activity => $"'{name.Joined}' is a field of another activity type than '{scope.Activity}'",
                ScopeKind.Dimension => $"'{name.Joined}' can be a dimension only when every aggregate is over '{split.Activity}'",
                _ => $"'{name.Joined}' is a field of many activities: put it inside an aggregate, such as last({name.Joined})",
            });
        }

        if (_schema.Activities.ContainsKey(name.Joined))
        {
            return Failed(name, "RUL029", $"'{name.Joined}' is an activity type: put it inside an aggregate, such as count({name.Joined})");
        }

        if (scope.Kind == ScopeKind.Activity)
        {
            return Failed(
                name,
                "RUL014",
                $"'{name.Joined}' is neither a field of '{scope.Activity}' nor an attribute",
                Nearest.To(name.Joined, [.. Fields(scope.Activity!), .. Names()]));
        }

        return Failed(name, "RUL012", $"unknown attribute '{name.Joined}'", Nearest.To(name.Joined, Names()));
    }

    private IEnumerable<string> Fields(string activity) => _schema.Activities[activity].Keys.Append("at").Append("id");

    private IEnumerable<string> Names() => _schema.Attributes.Keys
        .Concat(_schema.Relationships.SelectMany(r => r.Value.Attributes.Keys.Select(a => $"{r.Key}.{a}")));

    private BoundConstant Failed(Expression node, string code, string message, string? suggestion = null)
    {
        Report(node, code, message, suggestion);
        return Unknown(node);
    }

    private static BoundConstant Unknown(Expression node) => new(RuleType.Unknown, Value.Missing, node);

    private void Report(Expression node, string code, string message, string? suggestion = null)
    {
        if (_errors.Count < RuleLimits.Errors)
        {
            _errors.Add(RuleError.At(node.Place, code, message, suggestion));
        }
    }

    private BoundNode Require(BoundNode node, RuleType type, string code, string what)
    {
        if (node.Type != type && node.Type != RuleType.Unknown)
        {
            return Failed(node.Source, code, $"{what}; this is {node.Type.Article()}");
        }

        return node;
    }

    private void RequireValue(BoundNode node)
    {
        if (node.Type == RuleType.Duration)
        {
            Report(node.Source, "RUL024", "a duration is no value of its own: add it to a time or give it to ago");
        }
    }
}
