using System.Globalization;
using System.Text.Json;

namespace CustomerInsights.Connectors.Http;

/// <summary>JSON pointers, RFC 6901.</summary>
internal sealed class JsonPointer
{
    private readonly string[] _parts;

    /// <param name="text">Empty for the whole, or parts that each begin with a slash.</param>
    public JsonPointer(string text) =>
        _parts = [.. text.Split('/').Skip(1).Select(part => part.Replace("~1", "/", StringComparison.Ordinal).Replace("~0", "~", StringComparison.Ordinal))];

    /// <summary>The pointer to a member.</summary>
    public static JsonPointer ToMember(string name) => new("/" + name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal));

    /// <summary>What is there; null when nothing is.</summary>
    public JsonElement? Find(JsonElement from)
    {
        foreach (var part in _parts)
        {
            if (from.ValueKind == JsonValueKind.Object && from.TryGetProperty(part, out var member))
            {
                from = member;
            }
            else if (from.ValueKind == JsonValueKind.Array && int.TryParse(part, NumberStyles.None, CultureInfo.InvariantCulture, out var place) && place < from.GetArrayLength())
            {
                from = from[place];
            }
            else
            {
                return null;
            }
        }

        return from;
    }

    /// <summary>The text of a string, number or truth value that is there; null when there is none, or it is empty.</summary>
    public string? Text(JsonElement from) => Find(from) is { } found ? TextOf(found) : null;

    /// <summary>The text of a string, number or truth value; null for anything else, or an empty text.</summary>
    public static string? TextOf(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.String => value.GetString() is { Length: > 0 } text ? text : null,
        JsonValueKind.Number or JsonValueKind.True or JsonValueKind.False => value.GetRawText(),
        _ => null,
    };
}
