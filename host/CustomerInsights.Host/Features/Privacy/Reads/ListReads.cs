using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Privacy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Privacy.Reads;

/// <summary>GET /audit/reads: who read whom, newest first.</summary>
internal static class ListReads
{
    /// <summary>A read.</summary>
    /// <param name="At">When.</param>
    /// <param name="Principal">Who.</param>
    /// <param name="Route">By which route.</param>
    /// <param name="Profile">Whose data; absent for lists.</param>
    /// <param name="Count">How many items were given; absent when they were streamed, or are no list.</param>
    /// <param name="QueryHash">The keyed hash of the query: equal queries have equal hashes.</param>
    public sealed record Response(DateTimeOffset At, string Principal, string Route, string? Profile = null, long? Count = null, string? QueryHash = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/audit/reads", HandleAsync).WithName(nameof(ListReads)).WithSummary("Who read whose data, newest first.").Requires(AccessAction.Read, ResourceKind.Audit).AsTable("reads");

    internal static async Task<Results<Ok<PageResponse<Response>>, ProblemHttpResult>> HandleAsync(
        string? profile, string? principal, string? cursor, int? limit, IReadAuditStore store, CancellationToken cancellationToken)
    {
        ProfileId? about = null;
        if (profile is not null)
        {
            if (!ProfileId.TryParse(profile, out var id))
            {
                return Problems.Invalid("profile", "id", $"'{profile}' is not the id of a profile; ids look like 01890a5d-ac96-774b-bcce-b302099a8057.");
            }

            about = id;
        }

        var request = new PageRequest(cursor, limit);
        return TypedResults.Ok(PageRequest.Response(
            await store.ListAsync(about, principal, request.After(), request.Size(), cancellationToken),
            read => new Response(read.At, read.Principal, read.Route, read.Profile?.ToString(), read.Count, read.QueryHash)));
    }
}
