using System.Text;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace Mutants;

/// <summary>A person at the source, and as a record.</summary>
internal sealed record Row(string Id, DateTimeOffset Updated, bool Deleted, JsonElement Members)
{
    internal static readonly FieldDescriptor[] Fields =
    [
        new("id", FieldKind.Text),
        new("name", FieldKind.Text) { SemanticType = "person.full_name" },
        new("email", FieldKind.Text) { SemanticType = "contact.email" },
        new("amount", FieldKind.Decimal),
        new("count", FieldKind.Integer),
        new("born", FieldKind.Date),
        new("seen", FieldKind.Time),
        new("tags", FieldKind.TextList),
        new("extra", FieldKind.Json),
        new("updated", FieldKind.Time),
    ];

    internal static Row Parse(string json)
    {
        using var document = JsonDocument.Parse(json);
        var members = document.RootElement.Clone();
        return members.TryGetProperty("id", out var id) && id.ValueKind == JsonValueKind.String
            ? new(id.GetString()!, members.GetProperty("updated").GetDateTimeOffset(), members.TryGetProperty("deleted", out var gone) && gone.GetBoolean(), members)
            : throw new JsonException("'id' is missing.");
    }

    internal FieldValue Value(string field, MutantOptions options)
    {
        if (!Members.TryGetProperty(field, out var value) || value.ValueKind == JsonValueKind.Null)
        {
            return FieldValue.Null;
        }

        return field switch
        {
            "amount" => options.Is("R03") ? value.GetRawText() : value.GetDecimal(),
            "count" => options.Is("R13") ? (long)value.GetDouble() : value.GetInt64(),
            "born" => DateOnly.ParseExact(value.GetString()!, "yyyy-MM-dd", System.Globalization.CultureInfo.InvariantCulture),
            "seen" or "updated" => value.GetDateTimeOffset(),
            "tags" => FieldValue.List([.. value.EnumerateArray().Select(tag => tag.GetString()!)]),
            "extra" => FieldValue.Json(Encoding.UTF8.GetBytes(value.GetRawText())),
            _ => value.GetString(),
        };
    }
}
