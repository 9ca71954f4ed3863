using CustomerInsights.Host.Features.Metadata;

namespace CustomerInsights.Host.Features.Events.Receiving;

/// <summary>Which sites' pages may post events: CORS, with credentials, since browsers' SDKs send a write key as credentials.</summary>
internal static class EventOrigins
{
    private static readonly object s_allowed = new();

    /// <summary>Answers a browser that asks before it posts. It does not say with which key; so a page may ask that may post to any source.</summary>
    public static async Task<IResult> PreflightAsync(HttpContext context, EventIntake intake)
    {
        var sources = await intake.SourcesAsync(context.RequestAborted);
        if (sources.Values.Any(source => source.Document.Enabled && Allow(context, source)))
        {
            Expose(context);
            context.Response.Headers.AccessControlAllowMethods = "POST, OPTIONS";
            context.Response.Headers.AccessControlAllowHeaders = "Authorization, Content-Type, Content-Encoding, X-Retry-Count";
            context.Response.Headers.AccessControlMaxAge = "600";
        }

        return TypedResults.NoContent();
    }

    /// <summary>Whether the request's page may post to a source; what no page sent may.</summary>
    public static bool Allow(HttpContext context, EventSourceModel source)
    {
        var origin = context.Request.Headers.Origin.ToString();
        if (origin.Length > 0 && source.Document.Origins is { } origins && !origins.Contains(origin, StringComparer.OrdinalIgnoreCase))
        {
            return false;
        }

        context.Items[s_allowed] = origin;
        return true;
    }

    /// <summary>Lets the page that was allowed read the answer.</summary>
    public static void Expose(HttpContext context)
    {
        context.Response.Headers.Vary = "Origin";
        if (context.Items[s_allowed] is string { Length: > 0 } origin)
        {
            context.Response.Headers.AccessControlAllowOrigin = origin;
            context.Response.Headers.AccessControlAllowCredentials = "true";
            context.Response.Headers.AccessControlExposeHeaders = "Retry-After, X-RateLimit-Reset";
        }
    }
}
