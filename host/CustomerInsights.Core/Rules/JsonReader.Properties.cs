using System.Text.Json;

namespace CustomerInsights.Core.Rules;

/// <summary>Reads the properties of a node: each answers something usable, and reports when it had to make it up.</summary>
internal sealed partial class JsonReader
{
    private Expression Child(JsonElement json, string name, string pointer, int depth)
    {
        string place = $"{pointer}/{name}";
        return json.TryGetProperty(name, out var child) ? Expression(child, place, depth) : Report(place, "RUL010", $"'{name}' is not there");
    }

    private Expression? Optional(JsonElement json, string name, string pointer, int depth) =>
        json.TryGetProperty(name, out var child) && child.ValueKind != JsonValueKind.Null
            ? Expression(child, $"{pointer}/{name}", depth)
            : null;

    private NodeList<Expression> Children(JsonElement json, string name, string pointer, int depth, int least)
    {
        string place = $"{pointer}/{name}";
        if (!HasArray(json, name, place, least, out var array))
        {
            return [];
        }

        int index = 0;
        var children = new List<Expression>();
        foreach (var item in array.EnumerateArray())
        {
            children.Add(Expression(item, $"{place}/{index++}", depth));
        }

        return [.. children];
    }

    private NodeList<string> Parts(JsonElement json, string name, string pointer)
    {
        string place = $"{pointer}/{name}";
        if (!HasArray(json, name, place, 1, out var array))
        {
            return ["?"];
        }

        int index = 0;
        var parts = new List<string>();
        foreach (var item in array.EnumerateArray())
        {
            if (Text(item, $"{place}/{index++}") is { Length: > 0 } part)
            {
                parts.Add(part);
            }
            else
            {
                Report($"{place}/{index - 1}", "RUL010", "a part of a name must not be empty");
            }
        }

        if (parts.Count > RuleLimits.NameParts)
        {
            Report(place, "RUL008", $"{parts.Count} parts of a name; at most {RuleLimits.NameParts} are allowed");
            return ["?"];
        }

        return [.. parts];
    }

    private bool HasArray(JsonElement json, string name, string place, int least, out JsonElement array)
    {
        if (!json.TryGetProperty(name, out array) || array.ValueKind != JsonValueKind.Array)
        {
            Report(place, "RUL010", "expected an array");
            return false;
        }

        int count = array.GetArrayLength();
        if (count < least || count > RuleLimits.Items)
        {
            Report(place, count < least ? "RUL010" : "RUL008", $"{count} items; {least} to {RuleLimits.Items} are allowed");
            return false;
        }

        return true;
    }

    private delegate bool Reader<T>(string text, out T value);

    private T? Spelled<T>(JsonElement json, string name, string pointer, Reader<T> read)
        where T : struct
    {
        if (Text(json, name, pointer) is not { } text)
        {
            return null;
        }

        if (read(text, out var value))
        {
            return value;
        }

        Report($"{pointer}/{name}", "RUL010", $"unknown {name} '{Short(text)}'");
        return null;
    }

    private bool Flag(JsonElement json, string name, string pointer)
    {
        if (!json.TryGetProperty(name, out var flag) || flag.ValueKind is not (JsonValueKind.True or JsonValueKind.False))
        {
            Report($"{pointer}/{name}", "RUL010", "expected true or false");
            return false;
        }

        return flag.ValueKind == JsonValueKind.True;
    }

    private string? Text(JsonElement json, string name, string pointer)
    {
        string place = $"{pointer}/{name}";
        if (json.TryGetProperty(name, out var child))
        {
            return Text(child, place);
        }

        Report(place, "RUL010", $"'{name}' is not there");
        return null;
    }

    private string? Text(JsonElement json, string place)
    {
        if (json.ValueKind != JsonValueKind.String)
        {
            Report(place, "RUL010", $"expected text, found {Describe(json)}");
            return null;
        }

        try
        {
            return json.GetString();
        }
        catch (InvalidOperationException)
        {
            // An escape such as "\ud800" is JSON, but no text.
            Report(place, "RUL010", "the text holds half a surrogate pair");
            return null;
        }
    }

    private ErrorExpression Report(string pointer, string code, string message, string? suggestion = null)
    {
        if (errors.Count < RuleLimits.Errors)
        {
            errors.Add(new RuleError(code, message, 0, 0, 0, suggestion) { Pointer = pointer });
        }

        return new ErrorExpression { Place = new SourcePlace(0, 0, 0, pointer) };
    }

    private static string Describe(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "an array",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "nothing",
    };

    private static string Short(string text) => text.Length <= 40 ? text : text[..40] + "…";
}
