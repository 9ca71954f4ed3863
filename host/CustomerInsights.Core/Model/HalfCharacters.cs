using System.Runtime.InteropServices;
using System.Text.Json;

namespace CustomerInsights.Core.Model;

/// <summary>Finds a text in JSON that is none: the parser lets the escape of half a surrogate pair through, and throws when somebody asks for the text.</summary>
public static class HalfCharacters
{
    /// <summary>Whether a name or text anywhere in the element, also where the reader does not look, holds half a character.</summary>
    public static bool In(JsonElement json) => In(JsonMarshal.GetRawUtf8Value(json));

    /// <summary>The same of JSON that is known to be valid.</summary>
    public static bool In(ReadOnlySpan<byte> utf8)
    {
        if (utf8.IndexOf("\\u"u8) < 0)
        {
            return false;
        }

        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions { MaxDepth = int.MaxValue });
        while (reader.Read())
        {
            if (reader.ValueIsEscaped && !CanBeRead(ref reader))
            {
                return true;
            }
        }

        return false;
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
}
