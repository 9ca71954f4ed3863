using System.Text;
using System.Text.Json.Nodes;

namespace CustomerInsights.Sdk.Testing.Fixtures;

/// <summary>Settings of a fixture: merged, with their placeholders replaced.</summary>
internal static class FixtureConfig
{
    private const string SecretMember = "$secret";

    /// <summary>The settings of the beginning with those of a later state over them, object by object.</summary>
    internal static JsonObject Merge(JsonObject config, JsonObject? over)
    {
        var merged = (JsonObject)config.DeepClone();
        foreach (var (name, value) in over ?? [])
        {
            merged[name] = merged[name] is JsonObject inner && value is JsonObject outer ? Merge(inner, outer) : value?.DeepClone();
        }

        return merged;
    }

    internal static JsonObject Write(JsonObject config, Func<string, string> replace) => (JsonObject)Replaced(config, replace)!;

    internal static byte[] Bytes(JsonNode config) => Encoding.UTF8.GetBytes(config.ToJsonString());

    /// <summary>The names of secret settings.</summary>
    internal static IEnumerable<string> Secrets(JsonNode? node) => node switch
    {
        JsonObject one when one.Count == 1 && one[SecretMember] is JsonValue name && name.TryGetValue<string>(out var text) => [text],
        JsonObject many => many.SelectMany(pair => Secrets(pair.Value)),
        JsonArray list => list.SelectMany(Secrets),
        _ => [],
    };

    private static JsonNode? Replaced(JsonNode? node, Func<string, string> replace) => node switch
    {
        JsonObject some => new JsonObject(some.Select(pair => KeyValuePair.Create(pair.Key, Replaced(pair.Value, replace)))),
        JsonArray list => new JsonArray([.. list.Select(item => Replaced(item, replace))]),
        JsonValue value when value.TryGetValue<string>(out var text) => JsonValue.Create(replace(text)),
        _ => node?.DeepClone(),
    };
}
