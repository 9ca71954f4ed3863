using System.Net;

namespace CustomerInsights.Plugins.Http;

/// <summary>Where a response sends a request, and what of it goes along.</summary>
internal static class Redirects
{
    // To another server nothing goes along that could be a credential, and any header of the plugin's own could.
    private static readonly HashSet<string> s_harmless = new(StringComparer.OrdinalIgnoreCase)
    {
        "Accept", "Accept-Language", "Accept-Charset", "User-Agent", "Range", "If-Match", "If-None-Match", "If-Modified-Since", "If-Unmodified-Since", "If-Range",
    };

    /// <summary>Where the response sends the request; null when it does not.</summary>
    internal static Uri? Target(HttpRequestMessage request, HttpResponseMessage response) =>
        response.StatusCode is HttpStatusCode.MovedPermanently or HttpStatusCode.Found or HttpStatusCode.SeeOther or HttpStatusCode.TemporaryRedirect or HttpStatusCode.PermanentRedirect
        && response.Headers.Location is { } location
        && Uri.TryCreate(request.RequestUri!, location, out var target)
            ? target
            : null;

    /// <summary>The request of the next hop. As browsers do, a POST becomes a GET after 301, 302 and 303.</summary>
    internal static HttpRequestMessage Next(HttpRequestMessage request, HttpResponseMessage response, Uri target)
    {
        var becomesGet = response.StatusCode switch
        {
            HttpStatusCode.SeeOther => request.Method != HttpMethod.Head,
            HttpStatusCode.MovedPermanently or HttpStatusCode.Found => request.Method == HttpMethod.Post,
            _ => false,
        };
        var sameServer = Uri.Compare(request.RequestUri, target, UriComponents.SchemeAndServer, UriFormat.UriEscaped, StringComparison.OrdinalIgnoreCase) == 0;
        var next = Copy(request, becomesGet ? HttpMethod.Get : request.Method, target, header => sameServer || s_harmless.Contains(header));
        next.Content = becomesGet ? null : request.Content;
        return next;
    }

    /// <summary>A request of the host's own that is sent in place of the plugin's: the plugin's must not change under way.</summary>
    internal static HttpRequestMessage Copy(HttpRequestMessage request)
    {
        var copy = Copy(request, request.Method, request.RequestUri!, static _ => true);
        copy.Content = request.Content;
        return copy;
    }

    private static HttpRequestMessage Copy(HttpRequestMessage request, HttpMethod method, Uri uri, Predicate<string> goesAlong)
    {
        // HTTP/3 would make its connections past the callback that judges addresses.
        var copy = new HttpRequestMessage(method, uri)
        {
            Version = request.Version.Major >= 3 ? HttpVersion.Version20 : request.Version,
            VersionPolicy = request.VersionPolicy == HttpVersionPolicy.RequestVersionExact && request.Version.Major < 3 ? HttpVersionPolicy.RequestVersionExact : HttpVersionPolicy.RequestVersionOrLower,
        };
        foreach (var (name, values) in request.Headers.NonValidated.Where(header => goesAlong(header.Key)))
        {
            copy.Headers.TryAddWithoutValidation(name, values);
        }

        return copy;
    }
}
