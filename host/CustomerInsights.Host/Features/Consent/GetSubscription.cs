using CustomerInsights.Core.Consent;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Identifiers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>GET /lists/{name}/identifiers/{type}/{value}: whether an identifier is on a list.</summary>
internal static class GetSubscription
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/lists/{name}/identifiers/{type}/{value}", HandleAsync).WithName(nameof(GetSubscription)).WithSummary("Whether an identifier is on a list.").Requires(AccessAction.Read, ResourceKind.Consent);

    internal static async Task<Results<Ok<SubscriptionResponse>, ProblemHttpResult>> HandleAsync(
        string name, string type, string value, IIdentifierStore identifiers, CancellationToken cancellationToken)
    {
        if ((await identifiers.ListsAsync(cancellationToken)).All(list => list.Name != name))
        {
            return Problems.NotFound("list", name, "GET /api/v1/lists tells what lists there are; PUT /api/v1/lists/{name} makes one.");
        }

        var known = await identifiers.SubscriptionsAsync(type, Semantics.NormaliseIdentifier(type, value), cancellationToken);
        return TypedResults.Ok(known.FirstOrDefault(one => one.List == name) is { } found
            ? SubscriptionResponse.Of(found)
            : new SubscriptionResponse(name, SubscriptionResponse.Word(ConsentStatus.Unknown)));
    }
}
