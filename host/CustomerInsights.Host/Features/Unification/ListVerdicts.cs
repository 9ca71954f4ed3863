using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>GET /unification/verdicts: what stewards said, newest first; taken back ones too.</summary>
internal static class ListVerdicts
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/unification/verdicts", HandleAsync).WithName(nameof(ListVerdicts)).WithSummary("What stewards said, newest first; taken back ones too.").Requires(AccessAction.Read, ResourceKind.Unification).AsTable("verdicts");

    internal static async Task<Results<Ok<PageResponse<VerdictResponse>>, ProblemHttpResult>> HandleAsync(
        string? type, string? verdict, bool? inForce, string? cursor, int? limit, IVerdictStore verdicts, IProfileStore profiles, CancellationToken cancellationToken)
    {
        VerdictKind? kind = null;
        if (verdict is not null)
        {
            if (!Enum.TryParse<VerdictKind>(verdict, ignoreCase: true, out var known) || !Enum.IsDefined(known))
            {
                return Problems.Invalid("verdict", "verdict", $"'{verdict}' is not a verdict; use same, different or undo.");
            }

            kind = known;
        }

        var request = new PageRequest(cursor, limit);
        var page = await verdicts.ListAsync(new VerdictQuery(type, kind, inForce), request.After(), request.Size(), cancellationToken);
        var nodes = await profiles.NodesAsync([.. page.Items.SelectMany(item => new[] { item.Left, item.Right })], cancellationToken);
        return TypedResults.Ok(PageRequest.Response(page, item => VerdictResponse.Of(item, nodes)));
    }
}
