using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Activities;

/// <summary>GET /profiles/{id}/activities: a profile's timeline, newest first.</summary>
internal static class ListActivities
{
    /// <summary>An activity.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Type">Its type.</param>
    /// <param name="At">When it happened.</param>
    /// <param name="Fields">Its fields by name.</param>
    /// <param name="Stream">The stream that it came from.</param>
    /// <param name="Key">The record there.</param>
    public sealed record Activity(string Id, string Type, DateTimeOffset At, IReadOnlyDictionary<string, object?> Fields, string Stream, string Key);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/activities", HandleAsync).WithName(nameof(ListActivities)).WithSummary("A profile's timeline, newest first.").Requires(AccessAction.Read, ResourceKind.Activity);

    internal static async Task<Results<Ok<PageResponse<Activity>>, ProblemHttpResult>> HandleAsync(
        string id, string[]? type, string? cursor, int? limit, IProfileStore profiles, IActivityStore store, CancellationToken cancellationToken)
    {
        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is not { } profile)
        {
            return Problems.NotFound("profile", id);
        }

        var request = new PageRequest(cursor, limit);
        return TypedResults.Ok(PageRequest.Response(
            await store.ListAsync(profile.Id, type is { Length: > 0 } ? type : null, request.After(), request.Size(), cancellationToken),
            activity => new Activity(activity.Id, activity.Type, activity.At, PlainJson.Of(activity.Document), activity.Stream, activity.Key)));
    }
}
