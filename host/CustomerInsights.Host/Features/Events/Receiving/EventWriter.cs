using System.Buffers;
using System.Net;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace CustomerInsights.Host.Features.Events.Receiving;

/// <summary>Writes events as the log holds them, see <see cref="EventEnvelope"/>; what came is copied as it came but for what the door adds.</summary>
/// <param name="source">The event source.</param>
/// <param name="batch">The batch's own object: what stands there beside the events holds for all of them; null for a single event.</param>
/// <param name="sender">The sender's address, for who asked to have it noted; null when it is not known.</param>
/// <param name="browser">Whether a page of a browser sent it.</param>
/// <param name="newId">Makes ids for events without one.</param>
internal sealed class EventWriter(string source, JsonElement? batch, IPAddress? sender, bool browser, Func<string> newId)
{
    private static readonly JsonWriterOptions s_raw = new() { SkipValidation = true };

    private readonly ArrayBufferWriter<byte> _buffer = new(4 * 1024);
    private readonly List<int> _ends = [];

    /// <summary>The events written so far.</summary>
    public IReadOnlyList<ReadOnlyMemory<byte>> Events
    {
        get
        {
            var events = new List<ReadOnlyMemory<byte>>(_ends.Count);
            var start = 0;
            foreach (var end in _ends)
            {
                events.Add(_buffer.WrittenMemory[start..end]);
                start = end;
            }

            return events;
        }
    }

    /// <summary>Writes an event.</summary>
    /// <param name="item">The event.</param>
    /// <param name="kind">Its call; null when it names none.</param>
    /// <param name="refused">Why it is not taken; null: it is. Of one that is not, no more than what names it is kept.</param>
    public void Add(JsonElement item, string? kind, string? refused)
    {
        using (var writer = new Utf8JsonWriter(_buffer, s_raw))
        {
            writer.WriteStartObject();
            writer.WriteString("source"u8, source);
            writer.WriteString("kind"u8, kind ?? "unknown");
            if (Sent(item, refused is not null) is { } sent)
            {
                writer.WriteString("sent"u8, sent);
            }

            if (refused is not null)
            {
                writer.WriteString("refused"u8, refused);
            }

            writer.WriteStartObject("event"u8);
            if (refused is null)
            {
                Content(writer, item);
            }
            else
            {
                Id(writer, item, newId);
            }

            writer.WriteEndObject();
            writer.WriteEndObject();
        }

        _ends.Add(_buffer.WrittenCount);
    }

    private void Content(Utf8JsonWriter writer, JsonElement item)
    {
        Id(writer, item, newId);
        foreach (var property in item.EnumerateObject())
        {
            if (property.NameEquals("messageId"u8) || property.NameEquals("context"u8) || property.NameEquals("integrations"u8)
                || property.NameEquals("writeKey"u8) || property.NameEquals("sentAt"u8) || property.NameEquals("type"u8))
            {
                continue;
            }

            writer.WritePropertyName(property.Name);
            if (property.Value.ValueKind == JsonValueKind.Number
                && (property.NameEquals("userId"u8) || property.NameEquals("anonymousId"u8) || property.NameEquals("groupId"u8) || property.NameEquals("previousId"u8)))
            {
                writer.WriteStringValue(property.Value.GetRawText());
            }
            else
            {
                Raw(writer, property.Value);
            }
        }

        Merged(writer, "integrations", item, null);
        Merged(writer, "context", item, Address(item));
    }

    // The event's own entries hold before those that the batch gives to all.
    private void Merged(Utf8JsonWriter writer, string name, JsonElement item, IPAddress? ip)
    {
        var (own, all) = (Part(item, name), batch is { } shared ? Part(shared, name) : null);
        if (own is null && all is null && ip is null)
        {
            return;
        }

        writer.WriteStartObject(name);
        foreach (var property in own is { } mine ? mine.EnumerateObject() : default)
        {
            writer.WritePropertyName(property.Name);
            Raw(writer, property.Value);
        }

        foreach (var property in all is { } theirs ? theirs.EnumerateObject() : default)
        {
            if (own?.TryGetProperty(property.Name, out _) != true)
            {
                writer.WritePropertyName(property.Name);
                Raw(writer, property.Value);
            }
        }

        if (ip is not null)
        {
            writer.WriteString("ip"u8, ip.ToString());
        }

        writer.WriteEndObject();
    }

    // Whose address it is: a page's visitor's, and who says so with context.direct. One that the sender names itself stands.
    private IPAddress? Address(JsonElement item) =>
        sender is not null && Said(item, "ip") is null && (browser || Said(item, "direct") is { ValueKind: JsonValueKind.True }) ? sender : null;

    private JsonElement? Said(JsonElement item, string name) => Of(Part(item, "context"), name) ?? (batch is { } shared ? Of(Part(shared, "context"), name) : null);

    private DateTimeOffset? Sent(JsonElement item, bool refused) =>
        (item.ValueKind != JsonValueKind.Object ? null : Time(refused ? EventCheck.Named(item, "sentAt"u8) : Of(item, "sentAt"))) ?? (batch is { } shared ? Time(Of(shared, "sentAt")) : null);

    private static DateTimeOffset? Time(JsonElement? value) =>
        value is { ValueKind: JsonValueKind.String } text && text.TryGetDateTimeOffset(out var sent) ? sent.ToUniversalTime() : null;

    private static JsonElement? Part(JsonElement element, string name) => Of(element, name) is { ValueKind: JsonValueKind.Object } part ? part : null;

    private static JsonElement? Of(JsonElement? element, string name) => element is { } one && one.TryGetProperty(name, out var value) ? value : null;

    private static void Id(Utf8JsonWriter writer, JsonElement item, Func<string> newId)
    {
        var given = item.ValueKind == JsonValueKind.Object && EventCheck.Named(item, "messageId"u8) is { ValueKind: JsonValueKind.String or JsonValueKind.Number } id ? id.ToString() : "";
        writer.WriteString("messageId"u8, given.Trim().Length == 0 ? newId() : given[..Math.Min(given.Length, EventLimits.MessageIdCharacters)]);
    }

    private static void Raw(Utf8JsonWriter writer, JsonElement value) => writer.WriteRawValue(JsonMarshal.GetRawUtf8Value(value), skipInputValidation: true);
}
