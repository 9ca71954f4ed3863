using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Segments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>GET /segments/{name}/members: who is in it, since when, as of the last refresh.</summary>
internal static class ListSegmentMembers
{
    /// <summary>The members.</summary>
    /// <param name="Count">Members in all.</param>
    /// <param name="Items">The members, oldest profile first.</param>
    /// <param name="Next">The next page's cursor.</param>
    public sealed record Response(long Count, IReadOnlyList<Member> Items, string? Next);

    public sealed record Member(string ProfileId, string DisplayName, DateTimeOffset Since);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/segments/{name}/members", HandleAsync).WithName(nameof(ListSegmentMembers)).WithSummary("Who is in it, since when, as of the last refresh.").Requires(AccessAction.Read, ResourceKind.Segment);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string name, string? cursor, int? limit, IDefinitionStore definitions, ISegmentStore store, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Segment, name, cancellationToken) is null)
        {
            return Problems.NotFound("segment", name);
        }

        var request = new PageRequest(cursor, limit);
        var page = PageRequest.Response(
            await store.ListAsync(name, request.After(), request.Size(), cancellationToken),
            member => new Member(member.Profile.ToString(), member.DisplayName, member.Since));
        return TypedResults.Ok(new Response(await store.CountAsync(name, cancellationToken), page.Items, page.Next));
    }
}

/// <summary>GET /segments/{name}/history: who came and went, newest first.</summary>
internal static class ListSegmentHistory
{
    public sealed record Move(string ProfileId, bool Entered, DateTimeOffset At);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/segments/{name}/history", HandleAsync).WithName(nameof(ListSegmentHistory)).WithSummary("Who came and went, newest first.").Requires(AccessAction.Read, ResourceKind.Segment);

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
