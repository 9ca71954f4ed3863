using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Clusters;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Accounts;

/// <summary>GET /clusters/{id}/members: the profiles of a household or another cluster, oldest first.</summary>
internal static class ListClusterMembers
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/clusters/{id}/members", HandleAsync).WithName(nameof(ListClusterMembers)).WithSummary("The profiles of a household or another cluster, oldest first.").Requires(AccessAction.Read, ResourceKind.Profile).AsTable("members");

    internal static async Task<Results<Ok<PageResponse<ProfileResponse>>, ProblemHttpResult>> HandleAsync(
        string id, string? cursor, int? limit, IClusterStore clusters, ProfileOwners owners, CancellationToken cancellationToken)
    {
        if (!ClusterId.TryParse(id, out var asked) || await clusters.FindAsync(asked, cancellationToken) is null)
        {
            return Problems.NotFound("cluster", id, "A profile names its clusters in its attributes: household_id, say.");
        }

        var request = new PageRequest(cursor, limit);
        return TypedResults.Ok(await owners.PageAsync(
            await clusters.MembersAsync(asked, request.After(), request.Size(), cancellationToken), cancellationToken));
    }
}
