namespace CustomerInsights.Plugins.Http;

/// <summary>An address as logs, traces and messages may show it: without query, fragment and user, which is where keys are.</summary>
internal static class SafeUrl
{
    private const int MaxLength = 300;

    internal static string Of(Uri uri) =>
        Boundary.FailureText.Cut(uri.GetComponents(UriComponents.SchemeAndServer | UriComponents.Path, UriFormat.UriEscaped), MaxLength);

    internal static string Of(HttpRequestMessage request) => $"{request.Method} {Of(request.RequestUri!)}";
}
