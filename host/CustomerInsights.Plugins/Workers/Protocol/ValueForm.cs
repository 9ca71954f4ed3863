using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Workers.Protocol;

/// <summary>A value in JSON: null, a text, or an array with the base64 of its binary form, which is exact.</summary>
internal sealed class ValueForm : JsonConverter<FieldValue>
{
    public override FieldValue Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
    {
        // Texts, the most frequent values, are plain JSON.
        if (reader.TokenType == JsonTokenType.String)
        {
            return reader.GetString();
        }

        if (reader.TokenType == JsonTokenType.Null)
        {
            return FieldValue.Null;
        }

        if (reader.TokenType != JsonTokenType.StartArray || !reader.Read() || reader.TokenType != JsonTokenType.String)
        {
            throw new JsonException("A value is null, a text, or an array of one text.");
        }

        var bytes = reader.GetBytesFromBase64();
        if (!reader.Read() || reader.TokenType != JsonTokenType.EndArray)
        {
            throw new JsonException("A value's array has one entry.");
        }

        var from = new WireReader(bytes);
        var value = ValueCodec.Read(ref from);
        from.End();
        return value;
    }

    public override void Write(Utf8JsonWriter writer, FieldValue value, JsonSerializerOptions options)
    {
        switch (value.Kind)
        {
            case FieldKind.Null:
                writer.WriteNullValue();
                break;
            case FieldKind.Text:
                writer.WriteStringValue(value.AsText());
                break;
            default:
                using (var bytes = new WireWriter())
                {
                    ValueCodec.Write(bytes, value);
                    writer.WriteStartArray();
                    writer.WriteBase64StringValue(bytes.Body.Span);
                    writer.WriteEndArray();
                }

                break;
        }
    }
}
