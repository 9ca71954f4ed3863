using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace CustomerInsights.Plugins.Schema;

/// <summary>Parses JSON that people wrote: size and depth limited, duplicate names refused, failures as problems.</summary>
internal static class JsonText
{
    internal const int MaxDepth = 64;

    // A name that is there twice is read differently by different readers; people's files are refused instead.
    private static readonly JsonDocumentOptions Strict = new() { MaxDepth = MaxDepth, AllowDuplicateProperties = false };

    internal static JsonElement? TryParse(string json, List<SchemaProblem> problems)
    {
        if (json.Length > JsonSchema.MaxCharacters)
        {
            problems.Add(new("", "size", $"The text has {json.Length:N0} characters; at most {JsonSchema.MaxCharacters:N0} are read."));
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(json, Strict);
            if (HalfCharacter(document.RootElement) is { } half)
            {
                problems.Add(half);
                return null;
            }

            return document.RootElement.Clone();
        }
        catch (JsonException error)
        {
            // The parser counts from 0, editors from 1; its own "LineNumber: … BytePositionInLine" tail is dropped.
            var tail = error.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
            var text = tail < 0 ? error.Message : error.Message[..tail];
            var place = error.LineNumber is { } line ? $" at line {line + 1}, column {(error.BytePositionInLine ?? 0) + 1}" : "";
            problems.Add(new("", "json", $"Not valid JSON{place}: {text}"));
            return null;
        }
    }

    /// <summary>Finds a text that is none. The parser lets an escaped lone surrogate through, and throws when somebody asks for the text.</summary>
    internal static SchemaProblem? HalfCharacter(JsonElement value)
    {
        var utf8 = JsonMarshal.GetRawUtf8Value(value);
        if (utf8.IndexOf("\\u"u8) < 0)
        {
            return null;
        }

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = MaxDepth });
        while (reader.Read())
        {
            if (reader.TokenType is JsonTokenType.String or JsonTokenType.PropertyName && reader.ValueIsEscaped && !CanBeRead(ref reader))
            {
                var line = 1 + utf8[..(int)reader.TokenStartIndex].Count((byte)'\n');
                return new("", "json", string.Create(
                    CultureInfo.InvariantCulture, $"A text at line {line} holds half a character (an escape between \\ud800 and \\udfff without its other half); remove it."));
            }
        }

        return null;
    }

    private static bool CanBeRead(ref Utf8JsonReader reader)
    {
        try
        {
            reader.GetString();
            return true;
        }
        catch (InvalidOperationException)
        {
            return false;
        }
    }

    internal static string Child(string pointer, string name) =>
        pointer + "/" + name.Replace("~", "~0", StringComparison.Ordinal).Replace("/", "~1", StringComparison.Ordinal);

    /// <summary>A value as a message quotes it: short, on one line.</summary>
    internal static string Quote(JsonElement value)
    {
        switch (value.ValueKind)
        {
            case JsonValueKind.Object: return "an object";
            case JsonValueKind.Array: return $"a list of {value.GetArrayLength()}";
            case JsonValueKind.String: return Quote(value.GetString()!);
            default: return value.GetRawText();
        }
    }

    internal static string Quote(string text)
    {
        var line = text.ReplaceLineEndings(" ");
        return line.Length <= 60 ? $"'{line}'" : $"'{line[..57]}…'";
    }

    internal static string Kind(JsonElement value) => value.ValueKind switch
    {
        JsonValueKind.Object => "an object",
        JsonValueKind.Array => "a list",
        JsonValueKind.String => "text",
        JsonValueKind.Number => "a number",
        JsonValueKind.True or JsonValueKind.False => "true or false",
        _ => "null",
    };
}
