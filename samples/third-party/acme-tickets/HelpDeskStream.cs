using System.Text.Json;
using CustomerInsights.Sdk;

namespace Acme.Tickets;

/// <summary>A stream of the help desk: where it is, and what its records hold.</summary>
/// <param name="Descriptor">What the host is told.</param>
/// <param name="Path">The path of its first page.</param>
internal sealed record HelpDeskStream(StreamDescriptor Descriptor, string Path)
{
    private const int LongestExcerpt = 200;

    public static HelpDeskStream[] All { get; } =
    [
        new(Describe("requesters",
            new FieldDescriptor("id", FieldKind.Text),
            new FieldDescriptor("name", FieldKind.Text) { SemanticType = "person.full_name" },
            new FieldDescriptor("email", FieldKind.Text) { SemanticType = "contact.email" }), "/api/requesters"),
        new(Describe("tickets",
            new FieldDescriptor("id", FieldKind.Text),
            new FieldDescriptor("requester", FieldKind.Text) { Description = "The id of who asked." },
            new FieldDescriptor("subject", FieldKind.Text),
            new FieldDescriptor("tags", FieldKind.TextList),
            new FieldDescriptor("urgent", FieldKind.Boolean),
            new FieldDescriptor("opened_at", FieldKind.Time)), "/api/tickets"),
    ];

    public FieldNames Names { get; } = new(Descriptor.Fields.Select(field => field.Name));

    /// <summary>Reads an item; a field that is not of its kind is a reason to reject it.</summary>
    public Record? Read(JsonElement item, out RejectedRecord? rejected)
    {
        rejected = null;
        var values = new FieldValue[Descriptor.Fields.Count];
        for (var i = 0; i < values.Length; i++)
        {
            var field = Descriptor.Fields[i];
            if (item.ValueKind != JsonValueKind.Object || !TryRead(item, field, out values[i]))
            {
                rejected = new RejectedRecord(Descriptor.Name, $"'{field.Name}' is not a value of the kind {field.Kind}. Correct it in the help desk.")
                {
                    Field = field.Name,
                    Excerpt = item.GetRawText() is { Length: > LongestExcerpt } text ? text[..LongestExcerpt] : item.GetRawText(),
                };
                return null;
            }
        }

        return new Record(values[0].AsText(), values);
    }

    private static bool TryRead(JsonElement item, FieldDescriptor field, out FieldValue value)
    {
        value = default;
        if (!item.TryGetProperty(field.Name, out var found) || found.ValueKind == JsonValueKind.Null)
        {
            return field.Name != "id";
        }

        switch (field.Kind, found.ValueKind)
        {
            case (FieldKind.Text, JsonValueKind.String):
                value = found.GetString();
                return field.Name != "id" || value.AsText().Length > 0;
            case (FieldKind.Boolean, JsonValueKind.True or JsonValueKind.False):
                value = found.GetBoolean();
                return true;
            case (FieldKind.Time, JsonValueKind.String) when found.TryGetDateTimeOffset(out var time):
                value = time;
                return true;
            case (FieldKind.TextList, JsonValueKind.Array) when found.EnumerateArray().All(tag => tag.ValueKind == JsonValueKind.String):
                value = FieldValue.List([.. found.EnumerateArray().Select(tag => tag.GetString()!)]);
                return true;
            default:
                return false;
        }
    }

    private static StreamDescriptor Describe(string name, params FieldDescriptor[] fields) => new(name, fields, ["id"], [SyncMode.Full]);
}
