using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Core.Rules;

/// <summary>Rules as JSON: the tree, node for node, for the console's builder. docs/rules.md draws the form.</summary>
public static class RuleJson
{
    /// <summary>Writes a tree; <see cref="Read(string)"/> gives an equal one back.</summary>
    /// <exception cref="ArgumentException">The tree was built by hand and is deeper than 64 levels.</exception>
    public static JsonObject Write(Expression expression)
    {
        ArgumentNullException.ThrowIfNull(expression);
        return expression.Depth > RuleLimits.Depth
            ? throw new ArgumentException($"The tree is more than {RuleLimits.Depth} levels deep.", nameof(expression))
            : Node(expression);
    }

    /// <summary>Reads a tree. Never throws for any text; an error names its place by a JSON pointer.</summary>
    public static ParseResult Read(string json)
    {
        ArgumentNullException.ThrowIfNull(json);
        if (json.Length > RuleLimits.JsonCharacters)
        {
            return Failed("RUL006", $"the JSON form is {json.Length} characters long; at most {RuleLimits.JsonCharacters} are allowed");
        }

        try
        {
            // Two levels of JSON for one of the tree, and a little for what a node holds.
            using var document = JsonDocument.Parse(json, new JsonDocumentOptions { MaxDepth = (2 * RuleLimits.Depth) + 16 });
            return Read(document.RootElement);
        }
        catch (JsonException problem)
        {
            return Failed("RUL010", $"this is no JSON of at most {(2 * RuleLimits.Depth) + 16} levels, line {problem.LineNumber + 1}");
        }
        catch (ArgumentException)
        {
            return Failed("RUL010", "the JSON holds half a surrogate pair");
        }
    }

    /// <summary>Reads a tree from JSON that is already parsed. Never throws for any JSON.</summary>
    public static ParseResult Read(JsonElement json)
    {
        var errors = new List<RuleError>();
        var tree = new JsonReader(errors).Expression(json, "", 1);
        if (errors.Count == 0 && HalfCharacters.In(json))
        {
            return Failed("RUL010", "the JSON holds half a surrogate pair");
        }

        if (errors.Count == 0 && RuleText.Format(tree).Length is > RuleLimits.Characters and var length)
        {
            return Failed("RUL006", $"the rule is {length} characters long as text; at most {RuleLimits.Characters} are allowed");
        }

        return new ParseResult(tree, errors);
    }

    private static ParseResult Failed(string code, string message) =>
        new(null, [new RuleError(code, message, 0, 0, 0, null) { Pointer = "" }]);

    private static JsonObject Node(Expression node) => node switch
    {
        LiteralExpression { Value: var value } => Kind("literal", ("type", TypeName(value)), ("value", Content(value))),
        DurationExpression duration => Duration(duration),
        NameExpression name => Kind("name", ("parts", Texts(name.Parts))),
        UnaryExpression { Operator: UnaryOperator.Not } not => Kind("not", ("operand", Node(not.Operand))),
        UnaryExpression negate => Kind("negate", ("operand", Node(negate.Operand))),
        LogicalExpression logical => Kind(
            logical.Operator == LogicalOperator.And ? "and" : "or", ("operands", Nodes(logical.Operands))),
        BinaryExpression binary => Kind(
            "binary", ("operator", Spelling.Of(binary.Operator)), ("left", Node(binary.Left)), ("right", Node(binary.Right))),
        InExpression within => Kind(
            "in", ("operand", Node(within.Operand)), ("items", Nodes(within.Items)), ("negated", within.Negated)),
        BetweenExpression between => Kind(
            "between", ("operand", Node(between.Operand)), ("low", Node(between.Low)), ("high", Node(between.High))),
        PresenceExpression presence => Kind(presence.Missing ? "missing" : "present", ("operand", Node(presence.Operand))),
        CallExpression call => Kind("call", ("function", call.Function), ("arguments", Nodes(call.Arguments))),
        AggregateExpression aggregate => Kind(
            "aggregate",
            ("function", Spelling.Of(aggregate.Function)),
            ("arguments", Nodes(aggregate.Arguments)),
            ("where", aggregate.Where is null ? null : Node(aggregate.Where))),
        SequenceExpression sequence => Kind(
            "sequence",
            ("function", Spelling.Of(sequence.Function)),
            ("first", Step(sequence.First)),
            ("second", Step(sequence.Second)),
            ("within", sequence.Within is null ? null : Duration(sequence.Within))),
        GroupedExpression grouped => Kind("by", ("measure", Node(grouped.Measure)), ("dimensions", Nodes(grouped.Dimensions))),
        _ => throw new ArgumentException($"A {node.GetType().Name} has no JSON form.", nameof(node)),
    };

    private static JsonObject Duration(DurationExpression duration) =>
        Kind("duration", ("amount", duration.Amount), ("unit", Spelling.Of(duration.Unit)));

    private static JsonObject Step(SequenceStep step)
    {
        var json = new JsonObject { ["activity"] = Texts(step.Activity.Parts) };
        if (step.Where is not null)
        {
            json["where"] = Node(step.Where);
        }

        return json;
    }

    private static JsonObject Kind(string kind, params ReadOnlySpan<(string Name, JsonNode? Value)> properties)
    {
        var json = new JsonObject { ["kind"] = kind };
        foreach (var (name, value) in properties)
        {
            if (value is not null)
            {
                json[name] = value;
            }
        }

        return json;
    }

    // Numbers travel as text: a browser would round a 64-bit integer and a decimal of 28 digits.
    private static JsonValue Content(Value value) =>
        value.Type == DataType.Boolean ? JsonValue.Create(value.AsBoolean()) : JsonValue.Create(value.ToString())!;

    private static string TypeName(Value value) => value.Type?.ToString().ToLowerInvariant()
        ?? throw new ArgumentException("A literal must have a value.", nameof(value));

    private static JsonArray Nodes(NodeList<Expression> nodes) => new([.. nodes.Select(n => (JsonNode?)Node(n))]);

    private static JsonArray Texts(NodeList<string> texts) => new([.. texts.Select(t => (JsonNode?)JsonValue.Create(t))]);
}
