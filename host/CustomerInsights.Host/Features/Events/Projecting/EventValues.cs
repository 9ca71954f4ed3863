using System.Globalization;
using System.Text.Json;
using CustomerInsights.Core.Model;

namespace CustomerInsights.Host.Features.Events.Projecting;

/// <summary>JSON values of events as values of fields.</summary>
internal static class EventValues
{
    private const int MostText = 8192;
    private const int MostItems = 100;

    /// <summary>A value as the type wants it; missing where it cannot be one.</summary>
    public static Value As(JsonElement json, DataType type) => type switch
    {
        DataType.Text => Text(json),
        DataType.TextList => List(json),
        DataType.Boolean => json.ValueKind switch
        {
            JsonValueKind.True or JsonValueKind.False => Value.Of(json.GetBoolean()),
            JsonValueKind.String when bool.TryParse(json.GetString(), out var flag) => Value.Of(flag),
            _ => Value.Missing,
        },
        DataType.Integer => Number(json) is { } text && long.TryParse(text, NumberStyles.AllowLeadingSign, CultureInfo.InvariantCulture, out var integer) ? Value.Of(integer)
            : Decimal(json) is { } whole && whole == decimal.Truncate(whole) && Math.Abs(whole) < long.MaxValue ? Value.Of((long)whole) : Value.Missing,
        DataType.Decimal => Decimal(json) is { } amount ? Value.Of(amount) : Value.Missing,
        DataType.Number => Number(json) is { } digits && double.TryParse(digits, NumberStyles.Float, CultureInfo.InvariantCulture, out var number) && double.IsFinite(number) ? Value.Of(number) : Value.Missing,
        DataType.Date => Day(json),
        DataType.Time => Moment(json) is { } moment ? Value.Of(moment) : Value.Missing,
        _ => Value.Missing,
    };

    /// <summary>A value as JSON has it; missing for null and what is no single value.</summary>
    public static Value Natural(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => Text(json),
        JsonValueKind.True or JsonValueKind.False => Value.Of(json.GetBoolean()),
        JsonValueKind.Number when json.TryGetInt64(out var integer) => Value.Of(integer),
        JsonValueKind.Number when json.TryGetDecimal(out var amount) => Value.Of(amount),
        JsonValueKind.Number when json.TryGetDouble(out var number) && double.IsFinite(number) => Value.Of(number),
        JsonValueKind.Array => List(json),
        _ => Value.Missing,
    };

    /// <summary>A moment: ISO 8601 text, or milliseconds since 1970.</summary>
    public static DateTimeOffset? Moment(JsonElement json)
    {
        const long Latest = 253_402_300_799_999;
        return json.ValueKind switch
        {
            JsonValueKind.String when DateTimeOffset.TryParse(json.GetString(), CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal, out var time) => time,
            JsonValueKind.Number when json.TryGetInt64(out var milliseconds) && milliseconds is >= 0 and <= Latest => DateTimeOffset.FromUnixTimeMilliseconds(milliseconds),
            _ => null,
        };
    }

    private static Value Day(JsonElement json) =>
        json.ValueKind == JsonValueKind.String && DateOnly.TryParseExact(json.GetString(), "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? Value.Of(day)
        : Moment(json) is { } time ? Value.Of(DateOnly.FromDateTime(time.UtcDateTime)) : Value.Missing;

    private static Value Text(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.String => Value.Of(Short(json.GetString()!)),
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => Value.Of(Short(json.GetRawText())),
        JsonValueKind.Array or JsonValueKind.Object => Value.Of(Short(json.GetRawText())),
        _ => Value.Missing,
    };

    private static Value List(JsonElement json) => json.ValueKind == JsonValueKind.Array
        ? Value.Of([.. json.EnumerateArray().Take(MostItems).Where(item => item.ValueKind is JsonValueKind.String or JsonValueKind.Number).Select(item => Short(item.ToString()))])
        : json.ValueKind == JsonValueKind.String ? Value.Of([Short(json.GetString()!)]) : Value.Missing;

    private static decimal? Decimal(JsonElement json) =>
        Number(json) is { } text && decimal.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out var amount) ? amount : null;

    private static string? Number(JsonElement json) => json.ValueKind switch
    {
        JsonValueKind.Number => json.GetRawText(),
        JsonValueKind.String => json.GetString()!.Trim(),
        _ => null,
    };

    // Cut between characters, not within one.
    private static string Short(string text) =>
        text.Length <= MostText ? text : text[..(char.IsHighSurrogate(text[MostText - 1]) ? MostText - 1 : MostText)];
}
