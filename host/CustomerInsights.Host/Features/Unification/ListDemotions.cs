using CustomerInsights.Core.Unification.Identities;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>An identifier that joins nobody.</summary>
/// <param name="Identifier">Its type.</param>
/// <param name="Value">Its value.</param>
/// <param name="Cause">limit, denied or blocked.</param>
/// <param name="Reason">Why, in words.</param>
/// <param name="Since">Since when.</param>
/// <param name="Profiles">How many profiles have it.</param>
public sealed record DemotionResponse(string Identifier, string Value, DemotionCause Cause, string Reason, DateTimeOffset Since, long Profiles)
{
    internal static DemotionResponse Of(StoredDemotion stored)
    {
        var ((type, value), cause, breach) = stored.Demoted;
        var reason = cause switch
        {
            DemotionCause.Limit => $"Joined by it, {breach}.",
            DemotionCause.Denied => "It would bring together records that a verdict, an undone merge or the policy keeps apart.",
            _ => "It names nobody by the policy, and somebody was identified by it.",
        };
        return new(type, value, cause, reason, stored.At, stored.Profiles);
    }
}

/// <summary>GET /unification/demotions: identifiers of a profile type that join nobody, and why.</summary>
internal static class ListDemotions
{
    // Values are personal data: who may not see profiles may not see them.
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/unification/demotions", HandleAsync).WithName(nameof(ListDemotions)).WithSummary("Identifiers of a profile type that join nobody, and why.").Requires(AccessAction.Read, ResourceKind.Profile).AsTable("demotions");

    internal static async Task<Results<Ok<PageResponse<DemotionResponse>>, ProblemHttpResult>> HandleAsync(
        string? type, string? cursor, int? limit, MetadataService metadata, IIdentityStore identities, CancellationToken cancellationToken)
    {
        var known = (await metadata.ModelAsync(cancellationToken)).Schemas.Keys;
        if (type is not null && !known.Contains(type))
        {
            return Problems.Invalid("type", "unknown", $"There is no profile type '{type}'.{Names.Suggest(type, known)}");
        }

        var request = new PageRequest(cursor, limit);
        return TypedResults.Ok(PageRequest.Response(
            await identities.ListDemotionsAsync(type ?? "customer", request.After(), request.Size(), cancellationToken), DemotionResponse.Of));
    }
}
