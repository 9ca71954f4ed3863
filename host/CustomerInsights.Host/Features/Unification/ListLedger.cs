using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>GET /unification/ledger: every change of who is who, newest first.</summary>
internal static class ListLedger
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/unification/ledger", HandleAsync).WithName(nameof(ListLedger)).WithSummary("Every change of who is who, newest first.").Requires(AccessAction.Read, ResourceKind.Unification).AsTable("ledger");

    internal static async Task<Results<Ok<PageResponse<LedgerResponse>>, ProblemHttpResult>> HandleAsync(
        string? profile, string? kind, string? cause, string? cursor, int? limit, ILedgerStore ledger, IProfileStore profiles, CancellationToken cancellationToken)
    {
        ProfileId? about = null;
        if (profile is not null)
        {
            if (!ProfileId.TryParse(profile, out var id))
            {
                return Problems.Invalid("profile", "id", $"'{profile}' is not a profile's id.");
            }

            about = id;
        }

        LedgerKind? of = null;
        if (kind is not null)
        {
            if (!Enum.TryParse<LedgerKind>(kind, ignoreCase: true, out var known) || !Enum.IsDefined(known))
            {
                return Problems.Invalid("kind", "kind", $"'{kind}' is not a kind; use one of {string.Join(", ", Enum.GetNames<LedgerKind>()).ToLowerInvariant()}.");
            }

            of = known;
        }

        var request = new PageRequest(cursor, limit);
        var page = await ledger.ListAsync(new LedgerQuery(about, of, cause), request.After(), request.Size(), cancellationToken);
        return TypedResults.Ok(await LedgerResponse.PageAsync(page, about, profiles, cancellationToken));
    }
}
