using System.Text.Json;

namespace CustomerInsights.Host.Features.Events;

/// <summary>
/// An event as the door writes it into the log and the projector reads it: what came, with what the door knows beside it. A row of the log holds one:
/// <c>{"source":"web","kind":"track","sent":"…","refused":"…","event":{…}}</c>; when it came is the row's own time.
/// </summary>
/// <param name="Source">The event source that the write key names.</param>
/// <param name="Kind">The call: track, identify, page, screen, group or alias.</param>
/// <param name="SentAt">The sender's clock when it sent the request; null when it did not say.</param>
/// <param name="Refused">Why the door did not take it, though it answered 200 as the protocol wants; null: taken.</param>
/// <param name="Event">The event, with the batch's context and integrations merged into it and a <c>messageId</c> in any case.</param>
internal sealed record EventEnvelope(string Source, string Kind, DateTimeOffset? SentAt, string? Refused, JsonElement Event)
{
    /// <summary>As bytes for the log.</summary>
    public byte[] Write()
    {
        var buffer = new System.Buffers.ArrayBufferWriter<byte>(512);
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            writer.WriteString("source"u8, Source);
            writer.WriteString("kind"u8, Kind);
            if (SentAt is { } sent)
            {
                writer.WriteString("sent"u8, sent);
            }

            if (Refused is not null)
            {
                writer.WriteString("refused"u8, Refused);
            }

            writer.WritePropertyName("event"u8);
            Event.WriteTo(writer);
            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>From a row of the log.</summary>
    public static EventEnvelope Read(ReadOnlyMemory<byte> body)
    {
        using var document = JsonDocument.Parse(body);
        var root = document.RootElement;
        return new EventEnvelope(
            root.GetProperty("source"u8).GetString()!,
            root.GetProperty("kind"u8).GetString()!,
            root.TryGetProperty("sent"u8, out var sent) ? sent.GetDateTimeOffset() : null,
            root.TryGetProperty("refused"u8, out var refused) ? refused.GetString() : null,
            root.GetProperty("event"u8).Clone());
    }
}
