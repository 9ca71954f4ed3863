using System.Text.Json;
using System.Text.Json.Serialization;

namespace CustomerInsights.Plugins.Packaging;

/// <summary>How the signed files are read: strictly, for two readers that understand one file differently are a hole.</summary>
internal static class PackageJson
{
    internal static JsonSerializerOptions Options { get; } = new(JsonSerializerDefaults.Web)
    {
        NumberHandling = JsonNumberHandling.Strict,
        DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull,
        AllowDuplicateProperties = false,
        RespectNullableAnnotations = true,
        RespectRequiredConstructorParameters = true,
        PropertyNameCaseInsensitive = false,
        MaxDepth = 32,
        WriteIndented = true,
        IndentSize = 2,
        NewLine = "\n",
        Converters = { new JsonStringEnumConverter(JsonNamingPolicy.CamelCase, allowIntegerValues: false) },
    };

    internal static T Read<T>(ReadOnlySpan<byte> utf8, string what)
    {
        try
        {
            utf8 = utf8.StartsWith("\uFEFF"u8) ? utf8[3..] : utf8;
            RefuseNullsInLists(utf8, what);
            return JsonSerializer.Deserialize<T>(utf8, Options)
                ?? throw new PackageException("json", $"{what} holds null; it must hold an object or a list.");
        }
        catch (Exception error) when (error is JsonException or InvalidOperationException)
        {
            // The serializer's message names the place after " Path: "; types of ours mean nothing to the reader.
            var place = error is JsonException { Path: { Length: > 0 } path } ? $" at {path}" : "";
            throw new PackageException("json", $"{what} cannot be read{place}: it is not the JSON that it must be.");
        }
    }

    // The serializer looks at members only: a null in a list would come through where the type says that there is none.
    private static void RefuseNullsInLists(ReadOnlySpan<byte> utf8, string what)
    {
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = Options.MaxDepth });
        var before = JsonTokenType.None;
        while (reader.Read())
        {
            if (reader.TokenType == JsonTokenType.Null && before != JsonTokenType.PropertyName)
            {
                throw new PackageException("json", $"{what} holds null where a value is needed.");
            }

            before = reader.TokenType;
        }
    }

    internal static byte[] Write<T>(T value) => [.. JsonSerializer.SerializeToUtf8Bytes(value, Options), (byte)'\n'];
}
