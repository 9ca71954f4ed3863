using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>GET /profiles/{id}/history: what happened to a profile or to an id that was merged away, newest first.</summary>
internal static class GetProfileHistory
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/history", HandleAsync).WithName(nameof(GetProfileHistory)).WithSummary("What happened to a profile or to an id that was merged away, newest first.").Requires(AccessAction.Read, ResourceKind.Profile).AsTable("history");

    internal static async Task<Results<Ok<PageResponse<LedgerResponse>>, ProblemHttpResult>> HandleAsync(
        string id, string? cursor, int? limit, ILedgerStore ledger, IProfileStore profiles, CancellationToken cancellationToken)
    {
        if (!ProfileId.TryParse(id, out var about))
        {
            return Problems.NotFound("profile", id, "Search for the person: GET /api/v1/profiles?search=…");
        }

        var request = new PageRequest(cursor, limit);
        var page = await ledger.ListAsync(new LedgerQuery(about), request.After(), request.Size(), cancellationToken);
        return page.Items.Count == 0 && cursor is null && await profiles.FindAsync(about, cancellationToken) is null
            ? Problems.NotFound("profile", id, "Search for the person: GET /api/v1/profiles?search=…")
            : TypedResults.Ok(await LedgerResponse.PageAsync(page, about, profiles, cancellationToken));
    }
}
