using System.Globalization;
using System.Text.Json;

namespace CustomerInsights.Plugins.Schema;

/// <summary>Reads a schema document into nodes and collects everything that is wrong with it.</summary>
internal sealed class SchemaReader(JsonElement document)
{
    private static readonly string[] TypeNames = ["object", "array", "string", "integer", "number", "boolean", "null"];

    private static readonly string[] Annotations =
        ["$schema", "$id", "$comment", "title", "description", "default", "examples", "deprecated", "readOnly", "writeOnly"];

    private static readonly string[] Keywords =
    [
        "$ref", "$defs", "type", "enum", "const", "required", "properties", "additionalProperties", "patternProperties",
        "items", "minItems", "maxItems", "uniqueItems", "minLength", "maxLength", "pattern", "minimum", "maximum",
        "exclusiveMinimum", "allOf", "if", "then", "not", "oneOf", "format", .. Annotations,
    ];

    // By place, so that a $ref to an ancestor ends in the node that is being read and not in an endless walk.
    private readonly Dictionary<string, SchemaNode> _nodes = new(StringComparer.Ordinal);

    internal List<SchemaProblem> Problems { get; } = [];

    internal SchemaNode Read() => ReadAt(document, "");

    private SchemaNode ReadAt(JsonElement schema, string at)
    {
        if (_nodes.TryGetValue(at, out var known))
        {
            return known;
        }

        var node = new SchemaNode();
        _nodes.Add(at, node);
        switch (schema.ValueKind)
        {
            case JsonValueKind.True:
                break;
            case JsonValueKind.False:
                node.Never = true;
                break;
            case JsonValueKind.Object:
                foreach (var keyword in schema.EnumerateObject())
                {
                    ReadKeyword(node, schema, keyword, at, JsonText.Child(at, keyword.Name));
                }

                break;
            default:
                Problem(at, "schema", $"A schema is an object, true or false, not {JsonText.Kind(schema)}.");
                break;
        }

        return node;
    }

    private void ReadKeyword(SchemaNode node, JsonElement schema, JsonProperty keyword, string at, string place)
    {
        var value = keyword.Value;
        switch (keyword.Name)
        {
            case "$ref": node.Ref = ReadReference(value, at, place); break;
            case "$defs": ReadEach(value, place, (_, _) => { }); break;
            case "description": node.Description = value.ValueKind == JsonValueKind.String ? value.GetString() : null; break;
            case "type": node.Types = ReadTypes(value, place); break;
            case "enum": node.Enum = ReadList(value, place, "enum"); break;
            case "const": node.Const = value; break;
            case "required": node.Required = ReadNames(value, place); break;
            case "properties": ReadEach(value, place, (name, child) => node.Properties[name] = child); break;
            case "additionalProperties": node.AdditionalProperties = ReadAt(value, place); break;
            case "patternProperties": ReadPatterns(node, value, place); break;
            case "items": node.Items = ReadAt(value, place); break;
            case "minItems": node.MinItems = ReadCount(value, place); break;
            case "maxItems": node.MaxItems = ReadCount(value, place); break;
            case "uniqueItems": node.UniqueItems = ReadFlag(value, place); break;
            case "minLength": node.MinLength = ReadCount(value, place); break;
            case "maxLength": node.MaxLength = ReadCount(value, place); break;
            case "pattern": node.Pattern = ReadPattern(value.ValueKind == JsonValueKind.String ? value.GetString()! : null, place); break;
            case "minimum": node.Minimum = ReadNumber(value, place); break;
            case "maximum": node.Maximum = ReadNumber(value, place); break;
            case "exclusiveMinimum": node.ExclusiveMinimum = ReadNumber(value, place); break;
            case "format": node.Format = value.ValueKind == JsonValueKind.String ? value.GetString() : Wrong<string>(place, "format", "text", value); break;
            case "allOf": node.AllOf = ReadParts(value, place, "allOf"); break;
            case "if": node.If = ReadAt(value, place); WarnOfLonely(schema, "if", "then", place); break;
            case "then": node.Then = ReadAt(value, place); WarnOfLonely(schema, "then", "if", place); break;
            case "not": node.Not = ReadAt(value, place); break;
            case "oneOf": node.OneOf = ReadChoice(value, place); break;
            default: CheckKnown(keyword.Name, place); break;
        }
    }

    private void CheckKnown(string name, string place)
    {
        if (!Annotations.Contains(name) && !name.StartsWith("x-", StringComparison.Ordinal))
        {
            var near = name == "anyOf" ? "; use oneOf, with a property that tells the branches apart." : Suggestion.For(name, Keywords);
            Problem(place, "keyword", $"The keyword '{name}' is not supported{(near.Length > 0 ? near : "; remove it, or name it x-… if it is a hint for people.")}");
        }
    }

    private void WarnOfLonely(JsonElement schema, string here, string other, string place)
    {
        if (!schema.TryGetProperty(other, out _))
        {
            Problem(place, here, $"'{here}' does nothing without '{other}'; add it.");
        }
    }

    private SchemaNode? ReadReference(JsonElement value, string at, string place)
    {
        var text = value.ValueKind == JsonValueKind.String ? value.GetString()! : "";
        if (text is not "#" && !text.StartsWith("#/", StringComparison.Ordinal))
        {
            Problem(place, "$ref", $"{JsonText.Quote(value)} is not a reference within this schema; write #/$defs/name.");
            return null;
        }

        var target = document;
        foreach (var step in text.Split('/').Skip(1))
        {
            var name = Uri.UnescapeDataString(step).Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            if (target.ValueKind == JsonValueKind.Object && target.TryGetProperty(name, out var child))
            {
                target = child;
            }
            else if (target.ValueKind == JsonValueKind.Array && int.TryParse(name, NumberStyles.None, CultureInfo.InvariantCulture, out var index) && index < target.GetArrayLength())
            {
                target = target[index];
            }
            else
            {
                Problem(place, "$ref", $"{JsonText.Quote(text)} leads nowhere: there is no '{name}'.");
                return null;
            }
        }

        var pointer = Uri.UnescapeDataString(text[1..]);
        if (pointer == at)
        {
            Problem(place, "$ref", "The schema refers to itself without going down; it can never be decided.");
            return null;
        }

        return ReadAt(target, pointer);
    }

    private SchemaChoice? ReadChoice(JsonElement value, string place)
    {
        var parts = ReadParts(value, place, "oneOf");
        if (parts.Count == 0)
        {
            return null;
        }

        foreach (var name in Constants(parts[0]).Keys)
        {
            var branches = parts.Select(part => (Found: Constants(part).TryGetValue(name, out var constant), constant, part)).ToList();
            var distinct = branches.Select(branch => branch.constant.ValueKind == JsonValueKind.Undefined ? "" : branch.constant.GetRawText()).Distinct(StringComparer.Ordinal).Count();
            if (branches.TrueForAll(branch => branch.Found) && distinct == branches.Count)
            {
                return new SchemaChoice(name, [.. branches.Select(branch => (branch.constant, branch.part))]);
            }
        }

        Problem(place, "oneOf", "The branches cannot be told apart: give every branch the same property with another 'const'.");
        return null;
    }

    private static Dictionary<string, JsonElement> Constants(SchemaNode branch)
    {
        var node = branch.Ref is not null && branch.Properties.Count == 0 ? branch.Ref : branch;
        return node.Properties
            .Where(property => property.Value.Const is not null)
            .ToDictionary(property => property.Key, property => property.Value.Const!.Value, StringComparer.Ordinal);
    }

    private IReadOnlyList<string> ReadTypes(JsonElement value, string place)
    {
        var names = value.ValueKind == JsonValueKind.String ? [value.GetString()!] : ReadNames(value, place);
        foreach (var name in names.Where(name => !TypeNames.Contains(name)))
        {
            var near = Suggestion.For(name, TypeNames);
            Problem(place, "type", $"'{name}' is not a type{(near.Length > 0 ? near : ".")} Types are {string.Join(", ", TypeNames)}.");
        }

        return names;
    }

    private IReadOnlyList<string> ReadNames(JsonElement value, string place)
    {
        if (value.ValueKind == JsonValueKind.Array && value.EnumerateArray().All(item => item.ValueKind == JsonValueKind.String))
        {
            return [.. value.EnumerateArray().Select(item => item.GetString()!)];
        }

        return Wrong<IReadOnlyList<string>>(place, "names", "a list of names", value) ?? [];
    }

    private List<JsonElement>? ReadList(JsonElement value, string place, string rule) =>
        value.ValueKind == JsonValueKind.Array && value.GetArrayLength() > 0
            ? [.. value.EnumerateArray()]
            : Wrong<List<JsonElement>>(place, rule, "a list with at least one entry", value);

    private List<SchemaNode> ReadParts(JsonElement value, string place, string rule) =>
        ReadList(value, place, rule)?.Select((part, i) => ReadAt(part, JsonText.Child(place, i.ToString(CultureInfo.InvariantCulture)))).ToList() ?? [];

    private void ReadEach(JsonElement value, string place, Action<string, SchemaNode> add)
    {
        if (value.ValueKind != JsonValueKind.Object)
        {
            Wrong<object>(place, "schema", "an object of schemas", value);
            return;
        }

        foreach (var property in value.EnumerateObject())
        {
            add(property.Name, ReadAt(property.Value, JsonText.Child(place, property.Name)));
        }
    }

    private void ReadPatterns(SchemaNode node, JsonElement value, string place) => ReadEach(value, place, (name, child) =>
    {
        if (ReadPattern(name, JsonText.Child(place, name)) is { } pattern)
        {
            node.PatternProperties.Add((pattern, child));
        }
    });

    private SchemaPattern? ReadPattern(string? source, string place)
    {
        if (source is null)
        {
            Problem(place, "pattern", "A pattern is text.");
            return null;
        }

        try
        {
            return SchemaPattern.Parse(source);
        }
        catch (ArgumentException error)
        {
            Problem(place, "pattern", $"The pattern cannot be used: {error.Message}");
            return null;
        }
    }

    private int? ReadCount(JsonElement value, string place)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetInt32(out var count) && count >= 0)
        {
            return count;
        }

        Wrong<object>(place, "count", "a whole number from 0", value);
        return null;
    }

    private decimal? ReadNumber(JsonElement value, string place)
    {
        if (value.ValueKind == JsonValueKind.Number && value.TryGetDecimal(out var number))
        {
            return number;
        }

        Wrong<object>(place, "number", "a number", value);
        return null;
    }

    private bool ReadFlag(JsonElement value, string place)
    {
        if (value.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Wrong<object>(place, "flag", "true or false", value);
        }

        return value.ValueKind == JsonValueKind.True;
    }

    private T? Wrong<T>(string place, string rule, string expected, JsonElement found)
        where T : class
    {
        Problem(place, rule, $"Expected {expected}, found {JsonText.Quote(found)}.");
        return null;
    }

    private void Problem(string place, string rule, string message) => Problems.Add(new(place, rule, message));
}
