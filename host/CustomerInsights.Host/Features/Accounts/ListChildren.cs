using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Links;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Accounts;

/// <summary>GET /profiles/{id}/children: the profiles whose parent it is, oldest first.</summary>
internal static class ListChildren
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/children", HandleAsync).WithName(nameof(ListChildren)).WithSummary("The profiles whose parent it is, oldest first.").Requires(AccessAction.Read, ResourceKind.Profile).AsTable("children");

    internal static async Task<Results<Ok<PageResponse<ProfileResponse>>, ProblemHttpResult>> HandleAsync(
        string id, string? cursor, int? limit, IProfileStore profiles, IProfileLinkStore links, ProfileOwners owners, CancellationToken cancellationToken)
    {
        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is null)
        {
            return Problems.NotFound("profile", id);
        }

        var request = new PageRequest(cursor, limit);
        return TypedResults.Ok(await owners.PageAsync(
            await links.SourcesAsync(asked, LinkKind.Parent, null, request.After(), request.Size(), cancellationToken), cancellationToken));
    }
}
