using CustomerInsights.Host.Features.Access;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>POST /unification/ledger/{entry}/undo: undoes one merge; the old id comes back, and no run merges the parts again.</summary>
internal static class UndoMerge
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/unification/ledger/{entry:long}/undo", HandleAsync).WithName(nameof(UndoMerge)).WithSummary("Undoes one merge; the old id comes back, and no run merges the parts again.").Requires(AccessAction.Write, ResourceKind.Verdict);

    internal static async Task<Results<Ok<VerdictResponse>, ProblemHttpResult>> HandleAsync(
        long entry, Stewardship stewardship, IVerdictStore verdicts, IProfileStore profiles, HttpContext context, CancellationToken cancellationToken)
    {
        var (id, problem) = await stewardship.UndoAsync(entry, null, context.ActorName(), cancellationToken);
        return id is null ? problem! : TypedResults.Ok(await VerdictResponse.FindAsync(id, verdicts, profiles, cancellationToken));
    }
}
