using System.Text.Json;
using System.Text.Json.Serialization;
using CustomerInsights.Sdk;

namespace CustomerInsights.Connectors.Files;

/// <summary>The state of a stream as it is stored: format version 1. Short names, since it may hold hundreds of files.</summary>
internal sealed class StreamBookmark
{
    public const int Version = 1;

    /// <summary>Hash of the settings that decide what is read; a state of other settings is not used.</summary>
    [JsonPropertyName("cfg")]
    public string Settings { get; set; } = "";

    /// <summary>True when everything was read.</summary>
    [JsonPropertyName("end")]
    public bool Complete { get; set; }

    /// <summary>Hash over all files at the end of a complete run.</summary>
    [JsonPropertyName("all")]
    public string? All { get; set; }

    /// <summary>The fields as they were read, so that what is appended is read the same way; null when there are too many.</summary>
    [JsonPropertyName("fields")]
    public List<SavedField>? Fields { get; set; }

    /// <summary>The files, the latest ones in full.</summary>
    [JsonPropertyName("files")]
    public List<FileBookmark> Files { get; set; } = [];

    /// <summary>Older files that were read to their end: 8 bytes each, base64.</summary>
    [JsonPropertyName("done")]
    public string? Done { get; set; }

    /// <summary>Reads a state.</summary>
    /// <exception cref="PluginException">Configuration: it is damaged or of a newer version.</exception>
    public static StreamBookmark? Read(string stream, StreamState? state)
    {
        if (state is null)
        {
            return null;
        }

        try
        {
            if (state.Version == Version && JsonSerializer.Deserialize(state.Utf8Json.Span, BookmarkJson.Default.StreamBookmark) is { } bookmark)
            {
                return bookmark;
            }
        }
        catch (JsonException)
        {
            // Told below, in the same words as a state of another version.
        }

        throw new PluginException(FailureKind.Configuration, $"The state of '{stream}' (version {state.Version}) cannot be read; this plugin reads version {Version}. Start a full read of the stream.") { Stream = stream };
    }

    public StreamState Write() => new(Version, JsonSerializer.SerializeToUtf8Bytes(this, BookmarkJson.Default.StreamBookmark));
}

/// <summary>A field as it was read.</summary>
internal sealed class SavedField
{
    [JsonPropertyName("n")]
    public string Name { get; set; } = "";

    [JsonPropertyName("k")]
    public FieldKind Kind { get; set; }

    [JsonPropertyName("f")]
    public string? Format { get; set; }
}

/// <summary>A file and how far it was read.</summary>
internal sealed class FileBookmark
{
    [JsonPropertyName("p")]
    public string Name { get; set; } = "";

    [JsonPropertyName("s")]
    public long Size { get; set; }

    [JsonPropertyName("m")]
    public long Modified { get; set; }

    /// <summary>See <see cref="ContentHash.Fingerprint"/>, at that size.</summary>
    [JsonPropertyName("h")]
    public string Fingerprint { get; set; } = "";

    /// <summary>Bytes of UTF-8 content, gunzipped.</summary>
    [JsonPropertyName("o")]
    public long Offset { get; set; }

    [JsonPropertyName("l")]
    public long Line { get; set; }

    [JsonPropertyName("r")]
    public long Rows { get; set; }

    [JsonPropertyName("d")]
    public bool Done { get; set; }

    /// <summary>What was detected (encoding, delimiter), so that a longer sample cannot change the meaning of the offset.</summary>
    [JsonPropertyName("t")]
    public string? Traits { get; set; }
}

[JsonSerializable(typeof(StreamBookmark))]
[JsonSourceGenerationOptions(DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingDefault)]
internal sealed partial class BookmarkJson : JsonSerializerContext;
