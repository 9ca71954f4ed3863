using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Segments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>GET /segments/{name}/history: who came and went, newest first.</summary>
internal static class ListSegmentHistory
{
    public sealed record Move(string ProfileId, bool Entered, DateTimeOffset At);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/segments/{name}/history", HandleAsync).WithName(nameof(ListSegmentHistory)).WithSummary("Who came and went, newest first.").Requires(AccessAction.Read, ResourceKind.Segment).AsTable("history");

    internal static async Task<Results<Ok<PageResponse<Move>>, ProblemHttpResult>> HandleAsync(
        string name, string? cursor, int? limit, IDefinitionStore definitions, ISegmentStore store, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Segment, name, cancellationToken) is null)
        {
            return Problems.NotFound("segment", name);
        }

        var request = new PageRequest(cursor, limit);
        return TypedResults.Ok(PageRequest.Response(
            await store.HistoryAsync(name, request.After(), request.Size(), cancellationToken),
            move => new Move(move.Profile.ToString(), move.Entered, move.At)));
    }
}
