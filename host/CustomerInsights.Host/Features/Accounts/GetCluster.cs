using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Clusters;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Accounts;

/// <summary>GET /clusters/{id}: a household or another cluster. An id that was merged away gives what it became.</summary>
internal static class GetCluster
{
    /// <summary>The cluster.</summary>
    /// <param name="Id">Its id; another than asked for when that one was merged away.</param>
    /// <param name="Kind">household, or the name of another kind.</param>
    /// <param name="ProfileType">The type of its members.</param>
    /// <param name="Members">How many it has.</param>
    /// <param name="PreviousIds">Ids that were merged into it.</param>
    /// <param name="CreatedAt">When it was made.</param>
    public sealed record Response(string Id, string Kind, string ProfileType, long Members, IReadOnlyList<string> PreviousIds, DateTimeOffset CreatedAt);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/clusters/{id}", HandleAsync).WithName(nameof(GetCluster)).WithSummary("A household or another cluster of profiles. An id that was merged away gives what it became.").Requires(AccessAction.Read, ResourceKind.Profile);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(string id, IClusterStore clusters, CancellationToken cancellationToken) =>
        ClusterId.TryParse(id, out var asked) && await clusters.FindAsync(asked, cancellationToken) is { } found
            ? TypedResults.Ok(new Response(
                found.Id.ToString(), found.Name, found.ProfileType, found.Members, [.. found.PreviousIds.Select(previous => previous.ToString())], found.CreatedAt))
            : Problems.NotFound("cluster", id, "A profile names its clusters in its attributes: household_id, say.");
}
