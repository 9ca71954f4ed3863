using CustomerInsights.Host.Platform;

namespace CustomerInsights.Host.Features.Access;

internal static class ApiKeyAuthentication
{
    /// <summary>Reads <c>Authorization: Bearer ci_…</c>. A wrong key is 401 and counts; too many are answered with 429.</summary>
    public static IApplicationBuilder UseApiKeys(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        const string Scheme = "Bearer ";
        var header = context.Request.Headers.Authorization.ToString();
        if (header.Length == 0 || context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal))
        {
            // What is sent to the event routes is a write key, which they look at themselves.
            await next(context);
            return;
        }

        var attempts = context.RequestServices.GetRequiredService<FailedAttempts>();
        var address = context.Connection.RemoteIpAddress;
        var text = header.StartsWith(Scheme, StringComparison.OrdinalIgnoreCase) ? header[Scheme.Length..].Trim() : "";

        // A key under attack is refused before it is compared; the others of the address are not concerned.
        if (ApiKeyText.TryParse(text, out var asked, out _) && attempts.LockedFor(address, asked) is > 0 and var locked)
        {
            await RefuseAsync(context, locked);
            return;
        }

        var (principal, keyId) = await context.RequestServices.GetRequiredService<ApiKeys>().AuthenticateAsync(text, context.RequestAborted);
        if (principal is null)
        {
            if (attempts.LockedFor(address, keyId) is > 0 and var seconds)
            {
                await RefuseAsync(context, seconds);
                return;
            }

            attempts.Add(address, keyId);
            context.Response.Headers.WWWAuthenticate = "Bearer";
            await Problems.Unauthenticated().ExecuteAsync(context);
            return;
        }

        context.User = principal;
        await next(context);
    });

    private static async Task RefuseAsync(HttpContext context, int seconds)
    {
        context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await Problems.LockedOut(seconds).ExecuteAsync(context);
    }

    public static string ActorName(this HttpContext context) => context.User.Identity?.Name ?? "unknown";
}
