using System.Text;
using System.Text.Json;

namespace CustomerInsights.Connectors.Json;

/// <summary>Takes values out of a reader that stands on them.</summary>
internal static class JsonText
{
    /// <summary>A string's UTF-8 text, escapes undone.</summary>
    public static ReadOnlySpan<byte> Bytes(ref Utf8JsonReader reader)
    {
        if (!reader.ValueIsEscaped)
        {
            return reader.ValueSpan;
        }

        var plain = new byte[reader.ValueSpan.Length];
        return plain.AsSpan(0, reader.CopyString(plain));
    }

    public static bool IsEmpty(ref Utf8JsonReader reader) => reader.ValueSpan.Length == 0;

    /// <summary>True for an array without objects and arrays in it. The reader is a copy: the caller's stays.</summary>
    public static bool IsListOfPlainValues(Utf8JsonReader reader)
    {
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            if (reader.TokenType is JsonTokenType.StartObject or JsonTokenType.StartArray)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>The texts of an array of plain values; null is left out, numbers stay as they are written.</summary>
    public static List<string> List(ref Utf8JsonReader reader)
    {
        var texts = new List<string>();
        while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
        {
            switch (reader.TokenType)
            {
                case JsonTokenType.Null:
                    break;
                case JsonTokenType.String:
                    texts.Add(reader.GetString()!);
                    break;
                default:
                    texts.Add(Encoding.UTF8.GetString(reader.ValueSpan));
                    break;
            }
        }

        return texts;
    }
}
