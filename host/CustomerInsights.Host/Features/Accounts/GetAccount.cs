using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Links;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Accounts;

/// <summary>GET /profiles/{id}/account: the account that a contact belongs to.</summary>
internal static class GetAccount
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/account", HandleAsync).WithName(nameof(GetAccount)).WithSummary("The account that a contact belongs to.").Requires(AccessAction.Read, ResourceKind.Profile);

    internal static async Task<Results<Ok<ProfileResponse>, ProblemHttpResult>> HandleAsync(
        string id, IProfileStore profiles, IProfileLinkStore links, CancellationToken cancellationToken)
    {
        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is null)
        {
            return Problems.NotFound("profile", id, "Search for the contact: GET /api/v1/profiles?type=contact&search=…");
        }

        return await links.TargetAsync(asked, LinkKind.BelongsTo, cancellationToken) is { } account
            ? TypedResults.Ok(ProfileResponse.Of(account))
            : Problems.NotFound("account of the profile", id, "Its records name none, or one that is in no profile; see 'links' in the report of the last unification run.");
    }
}
