using System.Diagnostics.CodeAnalysis;
using System.Text.Json.Nodes;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>Values that a schema allows, the same ones in every run.</summary>
[SuppressMessage("Security", "CA5394", Justification = "It makes test data that must be the same in every run.")]
internal sealed class RandomSettings(int seed)
{
    private const string Letters = "abcXYZ 0189_-./äß王\"'\\;,{}$%";
    private readonly Random _random = new(seed);

    internal bool Half() => _random.Next(2) == 0;

    /// <summary>A value for a member; the old one where the schema is too particular.</summary>
    internal JsonNode? Value(Setting member)
    {
        var schema = member.Schema!;
        if (schema["enum"] is JsonArray { Count: > 0 } choices)
        {
            return choices[_random.Next(choices.Count)]?.DeepClone();
        }

        if (schema["pattern"] is not null || schema["const"] is not null)
        {
            return member.Value?.DeepClone();
        }

        return SettingsWalk.TypeOf(member.Value) switch
        {
            "string" => Text(schema),
            "number" => Number(schema, (string?)(schema["type"] as JsonValue) == "integer"),
            "boolean" => Half(),
            _ => member.Value?.DeepClone(),
        };
    }

    private JsonValue Text(JsonObject schema)
    {
        var (least, most) = (Int(schema["minLength"]) ?? 0, Math.Min(Int(schema["maxLength"]) ?? 40, 200));
        return JsonValue.Create(new string([.. Enumerable.Range(0, _random.Next(least, Math.Max(least, most) + 1)).Select(_ => Letters[_random.Next(Letters.Length)])]));
    }

    private JsonValue Number(JsonObject schema, bool whole)
    {
        var least = Decimal(schema["minimum"]) ?? -1000;
        var most = Decimal(schema["maximum"]) ?? Math.Max(least, 1_000_000);

        // The bounds themselves are where mistakes are.
        var value = _random.Next(4) switch
        {
            0 => least,
            1 => most,
            _ => least + ((decimal)_random.NextDouble() * (most - least)),
        };
        return whole ? JsonValue.Create((long)Math.Clamp(Math.Round(value), Math.Ceiling(least), Math.Floor(most))) : JsonValue.Create(value);
    }

    private static int? Int(JsonNode? node) => (node as JsonValue)?.GetValue<int>();

    private static decimal? Decimal(JsonNode? node) => (node as JsonValue)?.GetValue<decimal>();
}
