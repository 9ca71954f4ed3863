using System.Globalization;
using System.Text;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>Values of test.json and values of the SDK.</summary>
internal static class JsonValues
{
    /// <summary>Whether a value of test.json and one of a plugin are the same; text stands for every kind in its canonical form.</summary>
    internal static bool Equal(JsonNode? expected, FieldValue found) => expected switch
    {
        null => found.IsNull,
        JsonArray list when found.Kind == FieldKind.TextList => list.Select(item => item?.ToString()).SequenceEqual(found.AsList(), StringComparer.Ordinal),
        JsonObject or JsonArray => found.Kind == FieldKind.Json && JsonNode.DeepEquals(expected, JsonNode.Parse(found.AsText())),
        JsonValue value => value.GetValueKind() switch
        {
            JsonValueKind.String => found.Kind is not FieldKind.Null && found.ToString() == value.GetValue<string>(),
            JsonValueKind.Number => Number(value.ToJsonString(), found),
            _ => found.Kind == FieldKind.Boolean && found.AsBoolean() == value.GetValue<bool>(),
        },
        _ => false,
    };

    /// <summary>A value of test.json as a plugin is handed it.</summary>
    internal static FieldValue Of(JsonNode? value, FieldKind? kind = null) => (value, kind) switch
    {
        (null, _) => FieldValue.Null,
        (_, FieldKind.Date) => DateOnly.ParseExact(value.GetValue<string>(), "yyyy-MM-dd", CultureInfo.InvariantCulture),
        (_, FieldKind.Time) => DateTimeOffset.Parse(value.GetValue<string>(), CultureInfo.InvariantCulture),
        (_, FieldKind.Decimal) => decimal.Parse(value.ToString(), CultureInfo.InvariantCulture),
        (_, FieldKind.Number) => double.Parse(value.ToString(), CultureInfo.InvariantCulture),
        (JsonArray list, not FieldKind.Json) => FieldValue.List([.. list.Select(item => item?.ToString() ?? "")]),
        (JsonObject or JsonArray, _) => FieldValue.Json(Encoding.UTF8.GetBytes(value.ToJsonString())),
        (JsonValue single, _) => single.GetValueKind() switch
        {
            JsonValueKind.String => single.GetValue<string>(),
            JsonValueKind.Number when long.TryParse(single.ToJsonString(), NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var whole) => whole,
            JsonValueKind.Number => double.Parse(single.ToJsonString(), CultureInfo.InvariantCulture),
            _ => single.GetValue<bool>(),
        },
        _ => FieldValue.Null,
    };

    private static bool Number(string expected, FieldValue found) => found.Kind switch
    {
        FieldKind.Integer or FieldKind.Decimal => decimal.TryParse(expected, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && number == decimal.Parse(found.ToString(), NumberStyles.Float, CultureInfo.InvariantCulture),
        FieldKind.Number => double.Parse(expected, CultureInfo.InvariantCulture).Equals(found.AsNumber()),
        _ => false,
    };
}
