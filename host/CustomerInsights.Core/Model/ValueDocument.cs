using System.Buffers;
using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;

namespace CustomerInsights.Core.Model;

/// <summary>
/// The stored form of named values: a JSON object in which every value tells its own type, so that reading needs no schema.
/// Text, integers, Booleans and lists are plain JSON; a number always has a point or an exponent; the others are
/// <c>{"d":"12.50"}</c> (decimal), <c>{"day":"2018-05-08"}</c> and <c>{"at":"2018-05-08T10:00:00Z"}</c>. Missing values are left out.
/// </summary>
public static class ValueDocument
{
    private static readonly JsonWriterOptions s_compact = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping, SkipValidation = true };

    /// <summary>Writes the object. Names must be unique; the order is kept, so equal input gives equal bytes.</summary>
    /// <param name="names">The names.</param>
    /// <param name="values">One value per name.</param>
    /// <returns>UTF-8 JSON.</returns>
    /// <exception cref="ArgumentException">There are not as many values as names.</exception>
    public static byte[] Write(IReadOnlyList<string> names, ReadOnlySpan<Value> values)
    {
        if (names.Count != values.Length)
        {
            throw new ArgumentException($"{values.Length} values for {names.Count} names.", nameof(values));
        }

        var buffer = new ArrayBufferWriter<byte>(64 + (names.Count * 24));
        using (var writer = new Utf8JsonWriter(buffer, s_compact))
        {
            writer.WriteStartObject();
            for (var i = 0; i < values.Length; i++)
            {
                if (!values[i].IsMissing)
                {
                    writer.WritePropertyName(names[i]);
                    Write(writer, values[i]);
                }
            }

            writer.WriteEndObject();
        }

        return buffer.WrittenSpan.ToArray();
    }

    /// <summary>Writes the object from pairs; see the other overload.</summary>
    /// <param name="pairs">Names and values, unique by name.</param>
    /// <returns>UTF-8 JSON.</returns>
    public static byte[] Write(IReadOnlyList<KeyValuePair<string, Value>> pairs)
    {
        var names = new string[pairs.Count];
        var values = new Value[pairs.Count];
        for (var i = 0; i < names.Length; i++)
        {
            (names[i], values[i]) = (pairs[i].Key, pairs[i].Value);
        }

        return Write(names, values);
    }

    /// <summary>Reads what <see cref="Write(IReadOnlyList{string}, ReadOnlySpan{Value})"/> wrote.</summary>
    /// <param name="utf8">The document.</param>
    /// <returns>Values by name (ordinal).</returns>
    /// <exception cref="FormatException">It is not such a document.</exception>
    public static Dictionary<string, Value> Read(ReadOnlySpan<byte> utf8)
    {
        var result = new Dictionary<string, Value>(StringComparer.Ordinal);
        try
        {
            var reader = new Utf8JsonReader(utf8);
            Expect(reader.Read() && reader.TokenType == JsonTokenType.StartObject);
            while (reader.Read() && reader.TokenType == JsonTokenType.PropertyName)
            {
                var name = reader.GetString()!;
                Expect(reader.Read());
                result[name] = ReadValue(ref reader);
            }

            Expect(reader.TokenType == JsonTokenType.EndObject);
        }
        catch (JsonException error)
        {
            throw new FormatException("The stored document is not valid JSON.", error);
        }

        return result;
    }

    private static void Write(Utf8JsonWriter writer, Value value)
    {
        switch (value.Type)
        {
            case DataType.Text:
                writer.WriteStringValue(value.AsText());
                break;
            case DataType.Integer:
                writer.WriteNumberValue(value.AsInteger());
                break;
            case DataType.Boolean:
                writer.WriteBooleanValue(value.AsBoolean());
                break;
            case DataType.Number:
                var number = value.AsNumber().ToString("R", CultureInfo.InvariantCulture);
                writer.WriteRawValue(number.AsSpan().IndexOfAny('.', 'E') < 0 ? number + ".0" : number, skipInputValidation: true);
                break;
            case DataType.TextList:
                writer.WriteStartArray();
                foreach (var text in value.AsTextList())
                {
                    writer.WriteStringValue(text);
                }

                writer.WriteEndArray();
                break;
            default:
                writer.WriteStartObject();
                writer.WriteString(value.Type switch { DataType.Decimal => "d", DataType.Date => "day", _ => "at" }, value.ToString());
                writer.WriteEndObject();
                break;
        }
    }

    private static Value ReadValue(ref Utf8JsonReader reader)
    {
        switch (reader.TokenType)
        {
            case JsonTokenType.String:
                return Value.Of(reader.GetString());
            case JsonTokenType.True or JsonTokenType.False:
                return Value.Of(reader.GetBoolean());
            case JsonTokenType.Number:
                return reader.ValueSpan.IndexOfAny((byte)'.', (byte)'E', (byte)'e') < 0 ? Value.Of(reader.GetInt64()) : Value.Of(reader.GetDouble());
            case JsonTokenType.StartArray:
                var texts = new List<string>();
                while (reader.Read() && reader.TokenType == JsonTokenType.String)
                {
                    texts.Add(reader.GetString()!);
                }

                Expect(reader.TokenType == JsonTokenType.EndArray);
                return Value.Of(texts);
            case JsonTokenType.StartObject:
                Expect(reader.Read() && reader.TokenType == JsonTokenType.PropertyName);
                var tag = reader.GetString();
                Expect(reader.Read() && reader.TokenType == JsonTokenType.String);
                var text = reader.GetString()!;
                Expect(reader.Read() && reader.TokenType == JsonTokenType.EndObject);
                return tag switch
                {
                    "d" => Value.Of(decimal.Parse(text, NumberStyles.Float, CultureInfo.InvariantCulture)),
                    "day" => Value.Of(DateOnly.ParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture)),
                    "at" => Value.Of(DateTimeOffset.Parse(text, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal)),
                    _ => throw new FormatException($"The stored document has a value of unknown type '{tag}'."),
                };
            default:
                throw new FormatException("The stored document has a value of no known form.");
        }
    }

    private static void Expect(bool condition)
    {
        if (!condition)
        {
            throw new FormatException("The stored document does not have the form of values by name.");
        }
    }
}
