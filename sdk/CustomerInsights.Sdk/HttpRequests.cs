namespace CustomerInsights.Sdk;

/// <summary>What an author can say about a request of <see cref="IPluginHttp"/>.</summary>
public static class HttpRequests
{
    private static readonly HttpRequestOptionsKey<bool> s_repeatable = new("CustomerInsights.Repeatable");

    /// <summary>
    /// Says that sending the request twice does no harm, although its method does not promise it: a search by POST, a write with an
    /// idempotency key. Also says that its content can be read again, which a <see cref="StreamContent"/> needs a seekable stream for.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <returns>The same request.</returns>
    public static HttpRequestMessage Repeatable(this HttpRequestMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        request.Options.Set(s_repeatable, true);
        return request;
    }

    /// <summary>Whether the host may send a request again: its method is idempotent and its content is in memory, or it was marked.</summary>
    /// <param name="request">The request.</param>
    /// <returns>True for GET, HEAD, OPTIONS, TRACE, PUT and DELETE with a content that is in memory, and for what was marked.</returns>
    public static bool IsRepeatable(this HttpRequestMessage request)
    {
        ArgumentNullException.ThrowIfNull(request);
        return request.Options.TryGetValue(s_repeatable, out var marked) && marked
            || (request.Method.Method is "GET" or "HEAD" or "OPTIONS" or "TRACE" or "PUT" or "DELETE" && IsInMemory(request.Content));
    }

    private static bool IsInMemory(HttpContent? content) => content switch
    {
        null or ByteArrayContent or ReadOnlyMemoryContent or System.Net.Http.Json.JsonContent => true,
        MultipartContent parts => parts.All(IsInMemory),
        _ => false,
    };
}
