using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Privacy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>GET /privacy/requests/{id}: how far a request is; with the receipt of one that is done.</summary>
internal static class GetPrivacyRequest
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/privacy/requests/{id}", HandleAsync).WithName(nameof(GetPrivacyRequest)).WithSummary("How far a request is; with the receipt of one that is done.").Requires(AccessAction.Read, ResourceKind.Privacy);

    internal static async Task<Results<Ok<PrivacyRequestResponse>, ProblemHttpResult>> HandleAsync(string id, IPrivacyStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } request ? TypedResults.Ok(PrivacyRequestResponse.Of(request)) : Problems.NotFound("privacy request", id);
}
