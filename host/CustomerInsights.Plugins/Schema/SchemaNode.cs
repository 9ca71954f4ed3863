using System.Text.Json;

namespace CustomerInsights.Plugins.Schema;

/// <summary>One schema object, read and ready to check values. Built by <see cref="SchemaReader"/>, not changed afterwards.</summary>
internal sealed partial class SchemaNode
{
    // Deeper than any document that is parsed (64), so that only a schema that refers to itself without descending gets here.
    private const int MaxDepth = 512;

    internal bool Never { get; set; }
    internal string? Description { get; set; }
    internal IReadOnlyList<string> Types { get; set; } = [];
    internal IReadOnlyList<JsonElement>? Enum { get; set; }
    internal JsonElement? Const { get; set; }
    internal IReadOnlyList<string> Required { get; set; } = [];
    internal Dictionary<string, SchemaNode> Properties { get; } = new(StringComparer.Ordinal);
    internal List<(SchemaPattern Pattern, SchemaNode Node)> PatternProperties { get; } = [];
    internal SchemaNode? AdditionalProperties { get; set; }
    internal SchemaNode? Items { get; set; }
    internal int? MinItems { get; set; }
    internal int? MaxItems { get; set; }
    internal bool UniqueItems { get; set; }
    internal int? MinLength { get; set; }
    internal int? MaxLength { get; set; }
    internal SchemaPattern? Pattern { get; set; }
    internal decimal? Minimum { get; set; }
    internal decimal? Maximum { get; set; }
    internal decimal? ExclusiveMinimum { get; set; }
    internal string? Format { get; set; }
    internal SchemaNode? Ref { get; set; }
    internal IReadOnlyList<SchemaNode> AllOf { get; set; } = [];
    internal SchemaNode? If { get; set; }
    internal SchemaNode? Then { get; set; }
    internal SchemaNode? Not { get; set; }
    internal SchemaChoice? OneOf { get; set; }

    internal void Check(JsonElement value, string at, SchemaCheck check, int depth)
    {
        if (depth > MaxDepth)
        {
            check.Add(at, "depth", $"The document or the schema is nested deeper than {MaxDepth} steps.");
            return;
        }

        if (Never)
        {
            check.Add(at, "false", "Nothing is allowed here; remove it.");
            return;
        }

        Ref?.Check(value, at, check, depth + 1);
        if (!HasAskedType(value, at, check))
        {
            // Everything else would only repeat that the value is of the wrong kind.
            return;
        }

        CheckChoice(value, at, check);
        switch (value.ValueKind)
        {
            case JsonValueKind.Object:
                CheckObject(value, at, check, depth);
                break;
            case JsonValueKind.Array:
                CheckArray(value, at, check, depth);
                break;
            case JsonValueKind.String:
                CheckText(value.GetString()!, at, check);
                break;
            case JsonValueKind.Number:
                CheckNumber(value, at, check);
                break;
        }

        CheckCombined(value, at, check, depth);
    }

    internal bool Accepts(JsonElement value, int depth)
    {
        var trial = new SchemaCheck();
        Check(value, "", trial, depth);
        return !trial.Failed;
    }

    private bool HasAskedType(JsonElement value, string at, SchemaCheck check)
    {
        if (Types.Count == 0 || Types.Any(type => IsOf(type, value)))
        {
            return true;
        }

        var asked = string.Join(" or ", Types.Select(Spoken));
        var found = value.ValueKind is JsonValueKind.Object or JsonValueKind.Array or JsonValueKind.Null
            ? JsonText.Kind(value)
            : $"{JsonText.Kind(value)}, {JsonText.Quote(value)}";
        check.Add(at, "type", $"Expected {asked}, found {found}.");
        return false;
    }

    private void CheckChoice(JsonElement value, string at, SchemaCheck check)
    {
        if (Const is { } only && !JsonElement.DeepEquals(only, value))
        {
            check.Add(at, "const", $"Must be {JsonText.Quote(only)}, found {JsonText.Quote(value)}.");
        }

        if (Enum is not null && !Enum.Any(choice => JsonElement.DeepEquals(choice, value)))
        {
            var words = Enum.Select(choice => choice.ValueKind == JsonValueKind.String ? choice.GetString()! : choice.GetRawText()).ToList();
            var near = value.ValueKind == JsonValueKind.String ? Suggestion.For(value.GetString()!, words) : "";
            check.Add(at, "enum", $"{JsonText.Quote(value)} is not one of {string.Join(", ", words)}{(near.Length > 0 ? near : ".")}");
        }
    }

    private void CheckCombined(JsonElement value, string at, SchemaCheck check, int depth)
    {
        foreach (var part in AllOf)
        {
            part.Check(value, at, check, depth + 1);
        }

        if (If is not null && Then is not null && If.Accepts(value, depth + 1))
        {
            Then.Check(value, at, check, depth + 1);
        }

        if (Not is not null && Not.Accepts(value, depth + 1))
        {
            var why = Not.Description ?? Description;
            check.Add(at, "not", $"{JsonText.Quote(value)} is not allowed here{(why is null ? "." : $" ({why}).")}");
        }

        OneOf?.Check(value, at, check, depth);
    }

    private static bool IsOf(string type, JsonElement value) => type switch
    {
        "object" => value.ValueKind == JsonValueKind.Object,
        "array" => value.ValueKind == JsonValueKind.Array,
        "string" => value.ValueKind == JsonValueKind.String,
        "boolean" => value.ValueKind is JsonValueKind.True or JsonValueKind.False,
        "null" => value.ValueKind == JsonValueKind.Null,
        "number" => value.ValueKind == JsonValueKind.Number,
        _ => value.ValueKind == JsonValueKind.Number && IsWhole(value),
    };

    // 2.0 is an integer in 2020-12; what exceeds a decimal is whole when its double is.
    private static bool IsWhole(JsonElement value) =>
        value.TryGetDecimal(out var exact) ? decimal.Truncate(exact) == exact : double.IsInteger(value.GetDouble());

    private static string Spoken(string type) => type switch
    {
        "object" => "an object",
        "array" => "a list",
        "string" => "text",
        "boolean" => "true or false",
        "integer" => "a whole number",
        "number" => "a number",
        _ => "null",
    };
}
