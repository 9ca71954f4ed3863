using System.Security.Claims;
using CustomerInsights.Host.Platform;

namespace CustomerInsights.Host.Features.Access;

internal static class ApiKeyAuthentication
{
    /// <summary>Reads <c>Authorization: Bearer ci_…</c>. A wrong key is 401 and counts; too many are answered with 429. Where an endpoint takes tickets, one goes in place of a key.</summary>
    public static IApplicationBuilder UseApiKeys(this IApplicationBuilder app) => app.Use(async (context, next) =>
    {
        const string Scheme = "Bearer ";
        var header = context.Request.Headers.Authorization.ToString();
        if (context.Request.Path.StartsWithSegments("/v1", StringComparison.Ordinal) || context.Request.Path.StartsWithSegments("/embed", StringComparison.Ordinal))
        {
            // What is sent to the event routes is a write key, which they look at themselves.
            await next(context);
            return;
        }

        var attempts = context.RequestServices.GetRequiredService<FailedAttempts>();
        var address = context.Connection.RemoteIpAddress;
        if (header.Length == 0)
        {
            if (context.GetEndpoint() is not RouteEndpoint endpoint || endpoint.Metadata.GetMetadata<TakesTicket>() is null
                || context.Request.Query[TakesTicket.Parameter] is not [{ Length: > 0 } ticket])
            {
                await next(context);
            }
            else if (await HolderAsync(context, endpoint, ticket) is { } holder)
            {
                context.User = holder;
                await next(context);
            }
            else if (attempts.LockedFor(address, FailedAttempts.NoKey) is > 0 and var wait)
            {
                await RefuseAsync(context, wait);
            }
            else
            {
                attempts.Add(address, FailedAttempts.NoKey);
                await Problems.TicketRefused().ExecuteAsync(context);
            }

            return;
        }

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

    // Whoever the ticket was made for, if the key still opens something.
    private static async ValueTask<ClaimsPrincipal?> HolderAsync(HttpContext context, RouteEndpoint endpoint, string ticket) =>
        context.RequestServices.GetRequiredService<Tickets>().Take(ticket, endpoint.RoutePattern.RawText!) is { } keyId
            ? await context.RequestServices.GetRequiredService<ApiKeys>().PrincipalAsync(keyId, context.RequestAborted)
            : null;

    private static async Task RefuseAsync(HttpContext context, int seconds)
    {
        context.Response.Headers.RetryAfter = seconds.ToString(System.Globalization.CultureInfo.InvariantCulture);
        await Problems.LockedOut(seconds).ExecuteAsync(context);
    }

    public static string KeyId(this ClaimsPrincipal principal) => principal.FindFirstValue(ApiKeys.KeyIdClaim) ?? "";

    public static string ActorName(this HttpContext context) => context.User.Identity?.Name ?? "unknown";
}
