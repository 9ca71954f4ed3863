using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CustomerInsights.Host.Platform.Tables;

/// <summary>Values as the cells of files have them.</summary>
internal static class TableText
{
    /// <summary>As REST writes JSON, but with letters of all languages as they are: nobody embeds a file in HTML.</summary>
    public static JsonSerializerOptions Options { get; } = new(Json.Options) { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>
    /// A value as the text of a CSV cell: what is nested as JSON. Text that a spreadsheet would run (CWE-1236) gets an apostrophe; numbers, and text that is a
    /// number, are as they are.
    /// </summary>
    public static string? Of(object? value) => value switch
    {
        null or JsonElement { ValueKind: JsonValueKind.Null or JsonValueKind.Undefined } => null,
        string text => Guard(text),
        bool flag => flag ? "true" : "false",
        DateTimeOffset time => time.UtcDateTime.ToString("O", CultureInfo.InvariantCulture),
        DateOnly day => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture),
        int or long or double or decimal => ((IFormattable)value).ToString(null, CultureInfo.InvariantCulture),
        JsonElement element => Of(element),
        _ => Of(JsonSerializer.SerializeToElement(value, value.GetType(), Options)),
    };

    /// <summary>Text that a spreadsheet would run with an apostrophe before it.</summary>
    public static string Guard(string text) =>
        text is ['=' or '+' or '-' or '@' or '\t' or '\r', ..] && !double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out _) ? "'" + text : text;

    private static string? Of(JsonElement element) => element.ValueKind switch
    {
        JsonValueKind.Null => null,
        JsonValueKind.String => Guard(element.GetString()!),
        JsonValueKind.Object or JsonValueKind.Array => JsonSerializer.Serialize(element, Options),
        _ => element.GetRawText(),
    };
}
