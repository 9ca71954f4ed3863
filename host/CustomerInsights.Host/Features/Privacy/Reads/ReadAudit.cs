using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Privacy;

namespace CustomerInsights.Host.Features.Privacy.Reads;

/// <summary>
/// Notes every read of personal data before it leaves: the row is durable, then the answer goes out. When it cannot be written, nothing is answered but the
/// failure. Reads that come at once share a commit.
/// </summary>
internal sealed class ReadAudit(IReadAuditStore store, PrivacyKeys keys, TimeProvider clock)
{
    /// <summary>Whether a route gives data of people.</summary>
    public static bool Covers(RouteEndpoint endpoint) =>
        endpoint.Metadata.GetMetadata<Requirement>() is { Action: AccessAction.Read } requirement && endpoint.RoutePattern.RawText?.TrimEnd('/') is { } pattern
        && ((requirement.Kind is ResourceKind.Profile or ResourceKind.Activity or ResourceKind.Record && !ReadRoutes.OfNobody.Any(end => pattern.EndsWith(end, StringComparison.Ordinal)))
            || ReadRoutes.Parts.Any(part => pattern.Contains(part, StringComparison.Ordinal)));

    public async ValueTask<object?> InvokeAsync(EndpointFilterInvocationContext context, EndpointFilterDelegate next)
    {
        var http = context.HttpContext;
        if (http.GetEndpoint() is not RouteEndpoint endpoint || !Covers(endpoint))
        {
            return await next(context);
        }

        if (ReadRoutes.Streamed.Any(part => endpoint.RoutePattern.RawText!.Contains(part, StringComparison.Ordinal)))
        {
            await WriteAsync(http, endpoint, null);
            return await next(context);
        }

        var result = await next(context);
        if (!IsRefusal(result))
        {
            await WriteAsync(http, endpoint, Count(result));
        }

        return result;
    }

    /// <summary>Notes that somebody without a key saw a profile: whoever has the address of a card in a frame.</summary>
    /// <param name="who">By what right.</param>
    /// <param name="route">The route.</param>
    /// <param name="profile">The profile.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public ValueTask NoteAsync(string who, string route, ProfileId profile, CancellationToken cancellationToken) =>
        store.AppendAsync(new ReadEntry(clock.GetUtcNow(), who, route, profile, 1, null), cancellationToken);

    private async ValueTask WriteAsync(HttpContext http, RouteEndpoint endpoint, long? count)
    {
        var loaded = await keys.LoadAsync(http.RequestAborted);
        var pattern = endpoint.RoutePattern.RawText!;
        ProfileId? profile = pattern.Contains("/profiles/{id}", StringComparison.Ordinal) && ProfileId.TryParse(http.GetRouteValue("id") as string, out var id) ? id : null;
        var query = http.Request.QueryString.HasValue ? loaded.HashText("query", http.Request.QueryString.Value!) : null;
        await store.AppendAsync(new ReadEntry(clock.GetUtcNow(), http.ActorName(), $"{http.Request.Method} {pattern}", profile, profile is null ? count : 1, query), http.RequestAborted);
    }

    private static bool IsRefusal(object? result) => Inner(result) is IStatusCodeHttpResult { StatusCode: >= 400 };

    private static object? Inner(object? result) => result is INestedHttpResult nested ? Inner(nested.Result) : result;

    private static long? Count(object? result) => (Inner(result) is IValueHttpResult value ? value.Value : result) is ICounted counted ? counted.Count : null;
}
