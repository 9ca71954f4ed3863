using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Activities;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Activities;

/// <summary>GET /activities: the activities of everybody, in the order in which they were first stored.</summary>
internal static class ListAllActivities
{
    /// <summary>An activity.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Type">Its type.</param>
    /// <param name="At">When it happened.</param>
    /// <param name="ProfileId">Whose it is; absent while it is nobody's.</param>
    /// <param name="Fields">Its fields by name.</param>
    /// <param name="Stream">The stream that it came from.</param>
    /// <param name="Key">The record there.</param>
    /// <param name="Matched">True when it carries no key and was matched to the person by attributes; absent otherwise.</param>
    public sealed record Response(
        string Id, string Type, DateTimeOffset At, string? ProfileId, IReadOnlyDictionary<string, object?> Fields, string Stream, string Key, bool? Matched);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/activities", HandleAsync).WithName(nameof(ListAllActivities))
            .WithSummary("The activities of everybody, in the order in which they were first stored: of some types (repeat 'type'), of a stretch of time ('from' included, 'to' excluded).")
            .Requires(AccessAction.Read, ResourceKind.Activity).AsTable("activities");

    internal static async Task<Results<Ok<PageResponse<Response>>, ProblemHttpResult>> HandleAsync(
        string[]? type, string? from, string? to, string? cursor, int? limit, MetadataService metadata, IActivityStore store, CancellationToken cancellationToken)
    {
        var known = (await metadata.ModelAsync(cancellationToken)).ActivityTypes.Keys;
        if (type?.FirstOrDefault(name => !known.Contains(name)) is { } wrong)
        {
            return Problems.Invalid("type", "unknown", $"There is no activity type '{wrong}'.{Names.Suggest(wrong, known)}");
        }

        var timeline = new TimelineRequest(type, from, to);
        var request = new PageRequest(cursor, limit);
        return TypedResults.Ok(PageRequest.Response(
            await store.ListAllAsync(timeline.Types, timeline.Window(), request.After(), request.Size(), cancellationToken),
            one => new Response(one.Activity.Id, one.Activity.Type, one.Activity.At, one.Profile?.ToString(), PlainJson.Of(one.Activity.Document), one.Activity.Stream, one.Activity.Key, one.Activity.IsMatched ? true : null)));
    }
}
