using CustomerInsights.Host.Platform;

namespace CustomerInsights.Host.Features.Access;

internal static class ApiKeyAuthentication
{
    /// <summary>Reads <c>Authorization: Bearer ci_…</c>. A wrong key is 401 and counts; a locked-out address gets 429 and no comparison.</summary>
    public static IApplicationBuilder UseApiKeys(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        const string Scheme = "Bearer ";
        var header = context.Request.Headers.Authorization.ToString();
        if (header.Length == 0)
        {
            await next(context);
            return;
        }

        var attempts = context.RequestServices.GetRequiredService<FailedAttempts>();
        var address = context.Connection.RemoteIpAddress;
        if (attempts.LockedFor(address) is > 0 and var seconds)
        {
            context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
            await Problems.LockedOut(seconds).ExecuteAsync(context);
            return;
        }

        var keys = context.RequestServices.GetRequiredService<ApiKeys>();
        var principal = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase)
            ? await keys.AuthenticateAsync(header[Scheme.Length..].Trim(), context.RequestAborted)
            : null;
        if (principal is null)
        {
            attempts.Add(address);
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Problems.Unauthenticated().ExecuteAsync(context);
            return;
        }

        context.User = principal;
        await next(context);
    });

    public static string ActorName(this HttpContext context) => context.User.Identity?.Name ?? "unknown";
}
