using CustomerInsights.Core.Consent;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Identifiers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>DELETE /lists/{name}: deletes a list with all its subscriptions.</summary>
internal static class DeleteSubscriptionList
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/lists/{name}", HandleAsync).WithName(nameof(DeleteSubscriptionList)).WithSummary("Deletes a list with all its subscriptions.").Requires(AccessAction.Write, ResourceKind.Consent);

    internal static async Task<Results<NoContent, ProblemHttpResult>> HandleAsync(string name, IIdentifierStore identifiers, CancellationToken cancellationToken) =>
        await identifiers.DeleteListAsync(name, cancellationToken) ? TypedResults.NoContent() : Problems.NotFound("list", name);
}
