using System.Buffers;
using System.Text.Json;
using CustomerInsights.Sdk;

namespace CustomerInsights.Exports.Webhook;

/// <summary>Writes the bodies of deliveries. The same delivery always gives the same bytes: a receiver may compare them.</summary>
internal abstract class Payload
{
    /// <summary>The media type.</summary>
    public abstract string ContentType { get; }

    /// <summary>The body, or null when it would be larger.</summary>
    /// <param name="delivery">What is told.</param>
    /// <param name="most">The most bytes.</param>
    /// <exception cref="PluginException">Configuration: the template does not give what it promises.</exception>
    public abstract byte[]? Write(Delivery delivery, int most);
}

/// <summary>The usual body.</summary>
internal sealed class JsonPayload : Payload
{
    /// <summary>What a delivery of members is called.</summary>
    public const string Members = "segment.members";

    public override string ContentType => WebhookOptions.Json;

    public override byte[]? Write(Delivery delivery, int most)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using var json = new Utf8JsonWriter(buffer);
        var job = delivery.Job;
        json.WriteStartObject();
        json.WriteString("id", delivery.Id);
        json.WriteString("object", "event");
        json.WriteString("type", Members);
        json.WriteNumber("created", delivery.Created);
        json.WriteString("export", job.ExportName);
        json.WriteString("segment", job.SegmentName);
        json.WriteString("run", job.RunId);
        json.WriteNumber("generation", job.Generation);
        json.WriteStartArray("members");
        foreach (var member in delivery.Members)
        {
            json.WriteStartObject();
            json.WriteString("profile", member.ProfileId);
            json.WriteString("change", Delivery.Word(member.Change));
            json.WriteStartObject("fields");
            for (var i = 0; i < job.Fields.Count; i++)
            {
                json.WritePropertyName(job.Fields[i].Name);
                (i < member.Values.Count ? member.Values[i] : FieldValue.Null).WriteTo(json);
            }

            json.WriteEndObject();
            json.WriteEndObject();
            if (json.BytesCommitted + json.BytesPending > most)
            {
                return null;
            }
        }

        json.WriteEndArray();
        json.WriteEndObject();
        json.Flush();
        return buffer.WrittenCount <= most ? buffer.WrittenSpan.ToArray() : null;
    }

    /// <summary>The body of a trial: it tells of nobody.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="at">When.</param>
    public static byte[] Ping(string id, DateTimeOffset at)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var json = new Utf8JsonWriter(buffer))
        {
            json.WriteStartObject();
            json.WriteString("id", id);
            json.WriteString("object", "event");
            json.WriteString("type", "ping");
            json.WriteNumber("created", at.ToUnixTimeSeconds());
            json.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }
}
