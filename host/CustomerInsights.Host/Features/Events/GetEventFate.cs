using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Events;
using CustomerInsights.Storage.Exports;
using CustomerInsights.Storage.Segments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Events;

/// <summary>GET /events/{id}/fate: what became of an event.</summary>
internal static class GetEventFate
{
    /// <summary>What became of it; one entry for each source that had an event of that id.</summary>
    public sealed record Response(IReadOnlyList<Fate> Fates);

    /// <summary>What became of an event.</summary>
    /// <param name="Source">Its event source.</param>
    /// <param name="MessageId">What names it.</param>
    /// <param name="Kind">The call.</param>
    /// <param name="Outcome">accepted or rejected.</param>
    /// <param name="ReceivedAt">When it came; from then on it was durable.</param>
    /// <param name="ProjectedAt">When it was processed.</param>
    /// <param name="Why">Why it was rejected.</param>
    /// <param name="Rule">The rule that rejected it, or warned of it: form, time, blocked, unplanned or schema.</param>
    /// <param name="Note">What else there is to say of it.</param>
    /// <param name="Duplicates">How often it came again; none of these was processed.</param>
    /// <param name="Identity">The identity that it belongs to: user_id/42.</param>
    /// <param name="ProfileId">The profile that this identity is in now.</param>
    /// <param name="ActivityId">The activity that it became.</param>
    /// <param name="ActivityType">Its type.</param>
    /// <param name="Segments">The segments that the profile is in now, and since when.</param>
    /// <param name="Exports">The exports whose targets have the profile now.</param>
    public sealed record Fate(
        string Source,
        string MessageId,
        string Kind,
        string Outcome,
        DateTimeOffset ReceivedAt,
        DateTimeOffset ProjectedAt,
        string? Why,
        string? Rule,
        string? Note,
        long Duplicates,
        string? Identity,
        string? ProfileId,
        string? ActivityId,
        string? ActivityType,
        IReadOnlyList<Membership> Segments,
        IReadOnlyList<string> Exports);

    /// <summary>A segment that the profile is in.</summary>
    /// <param name="Segment">The segment.</param>
    /// <param name="Since">Since when.</param>
    /// <param name="Reached">True when the profile entered it after this event came.</param>
    public sealed record Membership(string Segment, DateTimeOffset Since, bool Reached);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/events/{id}/fate", HandleAsync).WithName(nameof(GetEventFate))
            .WithSummary("What became of an event: accepted or rejected and by which rule, how often it came, its activity, profile and segments. Remembered for some days.")
            .Requires(AccessAction.Read, ResourceKind.Activity);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string id, IEventProjection projection, ISegmentStore segments, IExportStore exports, HostSettings settings, CancellationToken cancellationToken)
    {
        var fates = await projection.FatesAsync(id, cancellationToken);
        if (fates.Count == 0)
        {
            return Problems.NotFound("event", id, $"It has not come, or not been processed yet, or more than {settings.EventFateDays} days ago.");
        }

        var found = new List<Fate>();
        foreach (var fate in fates)
        {
            found.Add(await OfAsync(fate, segments, exports, cancellationToken));
        }

        return TypedResults.Ok(new Response(found));
    }

    private static async ValueTask<Fate> OfAsync(EventFate fate, ISegmentStore segments, IExportStore exports, CancellationToken cancellationToken)
    {
        IReadOnlyList<Membership> members = [];
        IReadOnlyList<string> targets = [];
        if (fate.Profile is { } profile)
        {
            members = [.. (await segments.OfProfileAsync(profile, cancellationToken)).Select(member => new Membership(member.Key, member.Value, member.Value >= fate.ReceivedAt))];
            targets = await exports.OfProfileAsync(profile, cancellationToken);
        }

        return new Fate(
            fate.Source, fate.MessageId, fate.Kind, fate.Refused is null ? "accepted" : "rejected", fate.ReceivedAt, fate.ProjectedAt, fate.Refused, fate.Rule, fate.Note,
            fate.Duplicates, fate.Identity, fate.Profile?.ToString(), fate.Activity, fate.ActivityType, members, targets);
    }
}
