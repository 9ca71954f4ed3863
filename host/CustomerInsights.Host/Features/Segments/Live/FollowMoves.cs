using System.Globalization;
using System.Net.ServerSentEvents;
using System.Runtime.CompilerServices;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>GET /segments/events: who enters and leaves segments, as server-sent events; a reader that was away goes on where it was.</summary>
internal static class FollowMoves
{
    private const int MostSegments = 100;
    private static readonly TimeSpan s_heartbeat = TimeSpan.FromSeconds(15);

    /// <summary>A coming or going; of a heartbeat only the sequence is there.</summary>
    /// <param name="Sequence">Its number, the event's id as well; grows over all segments.</param>
    /// <param name="Segment">The segment.</param>
    /// <param name="ProfileId">The profile.</param>
    /// <param name="At">When it entered or left.</param>
    public sealed record Move(long Sequence, string? Segment = null, string? ProfileId = null, DateTimeOffset? At = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/segments/events", HandleAsync).WithName(nameof(FollowMoves)).WithSummary("Who enters and leaves segments, as server-sent events; a reader that was away goes on where it was.").Requires(AccessAction.Read, ResourceKind.Segment)
            .WithMetadata(new TakesTicket())
            .Produces<Move>(StatusCodes.Status200OK, "text/event-stream");

    internal static async Task<IResult> HandleAsync(
        string[]? segment, string? after, HttpContext context, IDefinitionStore definitions, ISegmentStore store, TimeProvider clock, CancellationToken cancellationToken)
    {
        // A browser that reconnects sends the header, while its address still has what it began with.
        var header = context.Request.Headers["Last-Event-ID"].ToString();
        var (place, text) = header.Length > 0 ? ("Last-Event-ID", header) : ("after", after ?? "");
        var from = -1L;
        if (text.Length > 0 && !long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out from))
        {
            return Problems.Invalid(place, "sequence", $"'{(text.Length > 40 ? text[..40] : text)}' is not the number of an event; send the id of the last one that you have, or 0 for all that are kept.");
        }

        if (segment is { Length: > MostSegments })
        {
            return Problems.Invalid("segment", "count", $"At most {MostSegments} segments can be named; leave the parameter out to follow all.");
        }

        foreach (var name in segment ?? [])
        {
            if (await definitions.FindAsync(DefinitionKinds.Segment, name, cancellationToken) is null)
            {
                return Problems.NotFound("segment", name);
            }
        }

        var last = await store.LastMoveAsync(cancellationToken);
        if (from > last)
        {
            return Problems.Invalid(place, "sequence", $"There was no event {from} yet; the last one is {last}.");
        }

        return TypedResults.ServerSentEvents(EventsAsync(from < 0 ? last : from, segment is { Length: > 0 } ? segment : null, new MoveFollower(store, clock), cancellationToken));
    }

    private static async IAsyncEnumerable<SseItem<Move>> EventsAsync(
        long after, string[]? segments, MoveFollower follower, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // At once, so that a reader knows where it stands before anything happens.
        yield return Heartbeat(after);
        await foreach (var (moves, through) in follower.FollowAsync(after, segments, s_heartbeat, cancellationToken))
        {
            foreach (var move in moves)
            {
                yield return new SseItem<Move>(new Move(move.Sequence, move.Segment, move.Profile.ToString(), move.At), move.Entered ? "entered" : "left") { EventId = Id(move.Sequence) };
            }

            if (moves.Count == 0)
            {
                yield return Heartbeat(through);
            }
        }
    }

    private static SseItem<Move> Heartbeat(long through) => new(new Move(through), "heartbeat") { EventId = Id(through) };

    private static string Id(long sequence) => sequence.ToString(CultureInfo.InvariantCulture);
}
