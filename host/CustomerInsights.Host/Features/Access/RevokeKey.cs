using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Access;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Access;

/// <summary>DELETE /keys/{id}: revokes an API key at once.</summary>
internal static class RevokeKey
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/keys/{id}", HandleAsync).WithName(nameof(RevokeKey)).WithSummary("Revokes an API key at once.").Requires(AccessAction.Write, ResourceKind.Key);

    internal static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(
        string id, IApiKeyStore store, HttpContext context, CancellationToken cancellationToken) =>
        await store.RevokeAsync(id, context.ActorName(), cancellationToken)
            ? TypedResults.NoContent()
            : Problems.NotFound("key in use", id);
}
