using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Links;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Accounts;

/// <summary>GET /profiles/{id}/ancestors: parent, its parent and so on to the root, nearest first: the way along which figures roll up.</summary>
internal static class ListAncestors
{
    /// <summary>The way up.</summary>
    /// <param name="Items">Parents, nearest first.</param>
    /// <param name="Circle">Ids of the circle that the way ends at, in the direction of the parents; absent when there is none. It is not followed.</param>
    public sealed record Response(IReadOnlyList<ProfileReference> Items, IReadOnlyList<string>? Circle);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/ancestors", HandleAsync).WithName(nameof(ListAncestors)).WithSummary("Parent, its parent and so on to the root, nearest first.").Requires(AccessAction.Read, ResourceKind.Profile);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string id, IProfileStore profiles, IProfileLinkStore links, CancellationToken cancellationToken)
    {
        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is null)
        {
            return Problems.NotFound("profile", id);
        }

        var ancestry = await links.AncestorsAsync(asked, cancellationToken);
        return TypedResults.Ok(new Response(
            [.. ancestry.Profiles.Select(ProfileOwners.Reference)],
            ancestry.Circle.Count == 0 ? null : [.. ancestry.Circle.Select(one => one.ToString())]));
    }
}
