using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace PublisherName.PluginName;

/// <summary>A contact, and the stream that it comes in.</summary>
/// <param name="Key">Its id at the other side.</param>
/// <param name="UpdatedAt">When it last changed.</param>
/// <param name="Record">What the host stores.</param>
internal sealed record Contact(string Key, DateTimeOffset UpdatedAt, Record Record)
{
    private const int LongestExcerpt = 200;

    /// <summary>The stream. Names are for ever: stored records hang on them.</summary>
    public static StreamDescriptor Stream { get; } = new(
        "contacts",
        [
            new FieldDescriptor("id", FieldKind.Text),
            new FieldDescriptor("name", FieldKind.Text) { SemanticType = "person.full_name" },
            new FieldDescriptor("email", FieldKind.Text) { SemanticType = "contact.email" },
            new FieldDescriptor("points", FieldKind.Integer) { Description = "Points in the loyalty programme." },
            new FieldDescriptor("updated_at", FieldKind.Time),
        ],
        ["id"],
        [SyncMode.Full, SyncMode.Incremental])
    {
        CursorField = "updated_at",
        EmitsDeletes = true,
    };

    /// <summary>The names of the fields, once for all records.</summary>
    public static FieldNames Names { get; } = new(Stream.Fields.Select(field => field.Name));

    /// <summary>Reads one.</summary>
    /// <param name="item">As the API gave it.</param>
    /// <param name="contact">The contact.</param>
    /// <param name="problem">What was found, what was expected and what to do, for people.</param>
    public static bool TryRead(JsonElement item, [NotNullWhen(true)] out Contact? contact, [NotNullWhen(false)] out string? problem)
    {
        contact = null;
        problem = null;
        if (item.ValueKind != JsonValueKind.Object || KeyOf(item) is not { } key)
        {
            problem = "The contact has no 'id'; a number or a text is needed.";
            return false;
        }

        if (Text(item, "updated_at") is not { } written || !DateTimeOffset.TryParse(written, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var updatedAt))
        {
            problem = $"The contact {key} has no time in 'updated_at'; one such as 2026-01-31T12:00:00Z is needed.";
            return false;
        }

        var isDeleted = item.TryGetProperty("deleted", out var deleted) && deleted.ValueKind == JsonValueKind.True;
        contact = new Contact(key, updatedAt, isDeleted
            ? new Record(key, []) { Operation = RecordOperation.Delete }
            : new Record(key, [key, Text(item, "name"), Text(item, "email"), Integer(item, "points"), updatedAt]));
        return true;
    }

    /// <summary>The beginning of what could not be read.</summary>
    public static string Excerpt(JsonElement item) => item.GetRawText() is { Length: > LongestExcerpt } text ? text[..LongestExcerpt] : item.GetRawText();

    private static string? KeyOf(JsonElement item) => item.TryGetProperty("id", out var id)
        ? id.ValueKind switch
        {
            JsonValueKind.String when id.GetString() is { Length: > 0 } text => text,
            JsonValueKind.Number => id.GetRawText(),
            _ => null,
        }
        : null;

    private static string? Text(JsonElement item, string name) => item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString() : null;

    private static FieldValue Integer(JsonElement item, string name) =>
        item.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number && value.TryGetInt64(out var number) ? number : FieldValue.Null;
}
