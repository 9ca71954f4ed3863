using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Activities;

/// <summary>GET /profiles/{id}/activities: a profile's timeline, newest first.</summary>
internal static class ListActivities
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/activities", HandleAsync).WithName(nameof(ListActivities))
            .WithSummary("A profile's timeline, newest first: of some types (repeat 'type'), of a stretch of time ('from' included, 'to' excluded), or from a day on ('day').")
            .Requires(AccessAction.Read, ResourceKind.Activity).AsTable("activities");

    internal static async Task<Results<Ok<PageResponse<ActivityResponse>>, ProblemHttpResult>> HandleAsync(
        string id, [AsParameters] TimelineRequest timeline, string? cursor, int? limit, IProfileStore profiles, IActivityStore store, CancellationToken cancellationToken)
    {
        var window = timeline.Window();
        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is not { } profile)
        {
            return Problems.NotFound("profile", id);
        }

        var request = new PageRequest(cursor, limit);
        return TypedResults.Ok(PageRequest.Response(
            await store.ListAsync(profile.Id, timeline.Types, window, request.After(), request.Size(), cancellationToken), ActivityResponse.Of));
    }
}
