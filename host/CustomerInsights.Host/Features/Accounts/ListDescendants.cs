using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Links;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Accounts;

/// <summary>GET /profiles/{id}/descendants: children, their children and so on, by depth and then by age.</summary>
internal static class ListDescendants
{
    private const int Deepest = 100;

    /// <summary>A profile below another.</summary>
    /// <param name="Profile">It.</param>
    /// <param name="Depth">1 for a child.</param>
    /// <param name="ParentId">Its parent.</param>
    public sealed record Descendant(ProfileReference Profile, int Depth, string ParentId);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/descendants", HandleAsync).WithName(nameof(ListDescendants)).WithSummary("Children, their children and so on, by depth and then by age.").Requires(AccessAction.Read, ResourceKind.Profile).AsTable("descendants");

    /// <summary>Answers.</summary>
    /// <param name="id">The profile at the top.</param>
    /// <param name="depth">How deep, 1 to 100. Default: 10.</param>
    /// <param name="cursor">Where to go on.</param>
    /// <param name="limit">1 to 1,000. Default: 50.</param>
    /// <param name="profiles">The profiles.</param>
    /// <param name="links">The hierarchy.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal static async Task<Results<Ok<PageResponse<Descendant>>, ProblemHttpResult>> HandleAsync(
        string id, int? depth, string? cursor, int? limit, IProfileStore profiles, IProfileLinkStore links, CancellationToken cancellationToken)
    {
        if (depth is < 1 or > Deepest)
        {
            return Problems.Invalid("depth", "range", $"depth={depth}: it is 1 to {Deepest}.");
        }

        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is null)
        {
            return Problems.NotFound("profile", id);
        }

        var request = new PageRequest(cursor, limit);
        return TypedResults.Ok(PageRequest.Response(
            await links.DescendantsAsync(asked, depth ?? 10, request.After(), request.Size(), cancellationToken),
            one => new Descendant(ProfileOwners.Reference(one.Profile), one.Depth, one.Parent.ToString())));
    }
}
