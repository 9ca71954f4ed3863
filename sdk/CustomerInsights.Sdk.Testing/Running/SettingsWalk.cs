using System.Text.Json;
using System.Text.Json.Nodes;
using CustomerInsights.Plugins.Schema;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>A member of settings: where it is, and what the schema says of it.</summary>
/// <param name="Pointer">JSON pointer.</param>
/// <param name="Value">The value in the settings.</param>
/// <param name="Schema">Its schema, with local references followed; null where the schema says nothing of it.</param>
/// <param name="Required">True when the schema requires it.</param>
internal sealed record Setting(string Pointer, JsonNode? Value, JsonObject? Schema, bool Required)
{
    internal string Parent => Pointer[..Pointer.LastIndexOf('/')];

    internal string Name => Pointer[(Pointer.LastIndexOf('/') + 1)..].Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);

    internal bool IsSecret => Schema?["x-secret"] is JsonValue mark && mark.TryGetValue<bool>(out var secret) && secret;
}

/// <summary>Walks settings and their schema side by side.</summary>
internal sealed class SettingsWalk(JsonSchema schema)
{
    private readonly JsonObject _root = (JsonObject)JsonNode.Parse(schema.RawJson)!;

    /// <summary>All members of all objects of the settings, the outer ones first.</summary>
    internal IReadOnlyList<Setting> Members(JsonNode config)
    {
        var found = new List<Setting>();
        Walk(config, _root, "", found);
        return found;
    }

    /// <summary>All schemas of members, wherever they are in the schema, with their names.</summary>
    internal IEnumerable<(string Name, JsonObject Schema)> Declared() => Declared(_root);

    /// <summary>Settings without a member.</summary>
    internal static JsonNode Without(JsonNode config, Setting setting)
    {
        var copy = config.DeepClone();
        ((JsonObject)At(copy, setting.Parent)!).Remove(setting.Name);
        return copy;
    }

    /// <summary>Settings with another value of a member.</summary>
    internal static JsonNode With(JsonNode config, Setting setting, JsonNode? value)
    {
        var copy = config.DeepClone();
        ((JsonObject)At(copy, setting.Parent)!)[setting.Name] = value;
        return copy;
    }

    internal static JsonNode? At(JsonNode root, string pointer)
    {
        JsonNode? node = root;
        foreach (var part in pointer.Split('/').Skip(1))
        {
            var name = part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal);
            node = node is JsonArray list ? list[int.Parse(name, System.Globalization.CultureInfo.InvariantCulture)] : node?[name];
        }

        return node;
    }

    internal static string TypeOf(JsonNode? value) => value?.GetValueKind() switch
    {
        JsonValueKind.Object => "object",
        JsonValueKind.Array => "array",
        JsonValueKind.String => "string",
        JsonValueKind.Number => "number",
        JsonValueKind.True or JsonValueKind.False => "boolean",
        _ => "null",
    };

    private void Walk(JsonNode? value, JsonObject? node, string at, List<Setting> found)
    {
        node = Followed(node, value);
        if (value is JsonArray list)
        {
            for (var i = 0; i < list.Count; i++)
            {
                Walk(list[i], node?["items"] as JsonObject, $"{at}/{i}", found);
            }
        }

        foreach (var (name, member) in value as JsonObject ?? [])
        {
            var pointer = $"{at}/{name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal)}";
            var inner = Followed(node?["properties"]?[name] as JsonObject, member);
            var required = (node?["required"] as JsonArray)?.Any(item => (string?)item == name) == true;
            var setting = new Setting(pointer, member, inner, required);
            found.Add(setting);
            if (!setting.IsSecret)
            {
                Walk(member, inner, pointer, found);
            }
        }
    }

    // A reference, and the branch of a choice that the value is in by its constant.
    private JsonObject? Followed(JsonObject? node, JsonNode? value)
    {
        for (var i = 0; i < 20 && node is not null; i++)
        {
            if ((string?)node["$ref"] is { } reference && reference.StartsWith('#'))
            {
                node = At(_root, reference[1..]) as JsonObject;
            }
            else if (node["oneOf"] is JsonArray branches && branches.OfType<JsonObject>().FirstOrDefault(branch => IsMeant(branch, value)) is { } branch)
            {
                node = branch;
            }
            else
            {
                return node;
            }
        }

        return node;
    }

    private static bool IsMeant(JsonObject branch, JsonNode? value) => value is JsonObject given
        && branch["properties"] is JsonObject members
        && members.Any(pair => pair.Value?["const"] is { } only && JsonNode.DeepEquals(only, given[pair.Key]));

    private static IEnumerable<(string, JsonObject)> Declared(JsonNode node)
    {
        if (node is JsonArray list)
        {
            return list.OfType<JsonNode>().SelectMany(Declared);
        }

        if (node is not JsonObject members)
        {
            return [];
        }

        var own = members["properties"] is JsonObject properties ? properties.Where(pair => pair.Value is JsonObject).Select(pair => (pair.Key, (JsonObject)pair.Value!)) : [];
        return own.Concat(members.Where(pair => pair.Value is JsonObject or JsonArray).SelectMany(pair => Declared(pair.Value!)));
    }
}
