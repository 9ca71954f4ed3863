using System.Text.Json.Nodes;

namespace CustomerInsights.Core.Rules;

/// <summary>The JSON schema (2020-12) of the JSON form, for builders and checks.</summary>
/// <remarks>
/// It accepts every tree that <see cref="RuleJson"/> reads, and says which properties a kind has and which words they may hold.
/// The limits of depth and of the text's length cannot be said in a schema; the reader keeps them.
/// </remarks>
public static class RuleJsonSchema
{
    /// <summary>A new copy of the schema.</summary>
    public static JsonObject Make() => new()
    {
        ["$schema"] = "https://json-schema.org/draft/2020-12/schema",
        ["$id"] = "urn:customer-insights:rule:1",
        ["title"] = "Rule",
        ["oneOf"] = new JsonArray(
            Branch("literal", ("type", Words("text", "integer", "decimal", "number", "boolean", "date", "time")), ("value", Types("string", "boolean", "integer"))),
            Duration(),
            Branch("name", ("parts", Parts())),
            Branch("not", ("operand", Node())),
            Branch("negate", ("operand", Node())),
            Branch("and", ("operands", Nodes(2))),
            Branch("or", ("operands", Nodes(2))),
            Branch("binary", ("operator", Words([.. Enum.GetValues<BinaryOperator>().Select(Spelling.Of)])), ("left", Node()), ("right", Node())),
            Branch("in", ("operand", Node()), ("items", Nodes(1)), ("negated", Types("boolean"))),
            Branch("between", ("operand", Node()), ("low", Node()), ("high", Node())),
            Branch("missing", ("operand", Node())),
            Branch("present", ("operand", Node())),
            Branch("call", ("function", Types("string")), ("arguments", Nodes(0))),
            Branch("aggregate", ("function", Words([.. Spelling.AggregateNames])), ("arguments", Nodes(0)), ("where?", OrNull())),
            Branch("sequence", ("function", Words("count", "exists")), ("first", Step()), ("second", Step()), ("within?", OrNull(Duration()))),
            Branch("by", ("measure", Node()), ("dimensions", Nodes(1)))),
    };

    private static JsonObject Branch(string kind, params ReadOnlySpan<(string Name, JsonObject Schema)> properties)
    {
        var required = new JsonArray("kind");
        var all = new JsonObject { ["kind"] = new JsonObject { ["const"] = kind } };
        foreach (var (name, schema) in properties)
        {
            all[name.TrimEnd('?')] = schema;
            if (!name.EndsWith('?'))
            {
                required.Add(name);
            }
        }

        return new JsonObject { ["type"] = "object", ["required"] = required, ["properties"] = all };
    }

    private static JsonObject Duration() => Branch(
        "duration",
        ("amount", new JsonObject { ["type"] = "integer", ["minimum"] = 0, ["maximum"] = RuleLimits.DurationAmount }),
        ("unit", Words([.. Spelling.UnitNames])));

    private static JsonObject Step() => new()
    {
        ["type"] = "object",
        ["required"] = new JsonArray("activity"),
        ["properties"] = new JsonObject { ["activity"] = Parts(), ["where"] = OrNull() },
    };

    private static JsonObject Node() => new() { ["$ref"] = "#" };

    // A property that may be left out may be null as well; when it is there it is what it says.
    private static JsonObject OrNull(JsonObject? schema = null) => new()
    {
        ["if"] = new JsonObject { ["not"] = Types("null") },
        ["then"] = schema ?? Node(),
    };

    private static JsonObject Nodes(int least) => new()
    {
        ["type"] = "array",
        ["minItems"] = least,
        ["maxItems"] = RuleLimits.Items,
        ["items"] = Node(),
    };

    private static JsonObject Parts() => new()
    {
        ["type"] = "array",
        ["minItems"] = 1,
        ["maxItems"] = RuleLimits.NameParts,
        ["items"] = new JsonObject { ["type"] = "string", ["minLength"] = 1 },
    };

    private static JsonObject Words(params string[] words) => new() { ["enum"] = new JsonArray([.. words.Select(w => (JsonNode)w)]) };

    private static JsonObject Types(params string[] types) =>
        new() { ["type"] = types.Length == 1 ? types[0] : new JsonArray([.. types.Select(t => (JsonNode)t)]) };
}
