using CustomerInsights.Core.Consent;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Identifiers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>GET /identifiers/{type}/{value}: what is known of an identifier, whoever holds it.</summary>
internal static class GetIdentifier
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/identifiers/{type}/{value}", HandleAsync).WithName(nameof(GetIdentifier)).WithSummary("What is known of an identifier, whoever holds it.").Requires(AccessAction.Read, ResourceKind.Consent);

    internal static async Task<Results<Ok<IdentifierResponse>, ProblemHttpResult>> HandleAsync(
        string type, string value, IIdentifierStore identifiers, MetadataService metadata, CancellationToken cancellationToken)
    {
        var normal = Semantics.NormaliseIdentifier(type, value);
        return await identifiers.FindAsync(type, normal, cancellationToken) is { } state
            ? TypedResults.Ok(IdentifierResponse.Of(
                state, await identifiers.SubscriptionsAsync(type, normal, cancellationToken), (await metadata.ModelAsync(cancellationToken)).Consent.Policy))
            : Problems.NotFound("identifier", $"{type}/{normal}", "Nothing was told of it, and no profile holds it.");
    }
}
