using System.Text;
using System.Text.Json;
using CustomerInsights.Host.Features.Metadata;

namespace CustomerInsights.Host.Features.Events.Receiving;

/// <summary>Finds the event source of a request: by Basic credentials with an empty password, by a bearer token, or by <c>writeKey</c> in the body.</summary>
internal static class WriteKeys
{
    private const int MostCharacters = 400;

    public static EventSourceModel? Find(HttpRequest request, JsonElement body, IReadOnlyDictionary<string, EventSourceModel> sources)
    {
        foreach (var key in Given(request, body))
        {
            if (key.Length > 0 && sources.TryGetValue(key, out var source))
            {
                return source;
            }
        }

        return null;
    }

    private static IEnumerable<string> Given(HttpRequest request, JsonElement body)
    {
        var header = request.Headers.Authorization.ToString();
        if (header.Length < MostCharacters)
        {
            if (header.StartsWith("Basic ", StringComparison.OrdinalIgnoreCase))
            {
                yield return Basic(header[6..].Trim());
            }
            else if (header.StartsWith("Bearer ", StringComparison.OrdinalIgnoreCase))
            {
                yield return header[7..].Trim();
            }
        }

        if (EventCheck.Named(body, "writeKey"u8) is { ValueKind: JsonValueKind.String } key)
        {
            yield return key.GetString()!;
        }
    }

    private static string Basic(string text)
    {
        Span<byte> bytes = stackalloc byte[MostCharacters];
        if (!Convert.TryFromBase64String(text, bytes, out var length))
        {
            return "";
        }

        var credentials = Encoding.UTF8.GetString(bytes[..length]);
        var colon = credentials.IndexOf(':', StringComparison.Ordinal);
        return colon < 0 ? credentials : credentials[..colon];
    }
}
