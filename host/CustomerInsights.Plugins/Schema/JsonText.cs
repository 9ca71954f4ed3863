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
