using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>DELETE /unification/verdicts/{id}: takes a verdict or an undo back; it stays in the list, and the next run decides anew.</summary>
internal static class TakeBackVerdict
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapDelete("/unification/verdicts/{id}", HandleAsync).WithName(nameof(TakeBackVerdict)).WithSummary("Takes a verdict or an undo back; it stays in the list, and the next run decides anew.").Requires(AccessAction.Write, ResourceKind.Verdict);

    internal static async Task<Results<Ok<VerdictResponse>, ProblemHttpResult>> HandleAsync(
        string id, IVerdictStore verdicts, IProfileStore profiles, HttpContext context, CancellationToken cancellationToken)
    {
        if (await verdicts.TakeBackAsync(id, context.ActorName(), cancellationToken))
        {
            return TypedResults.Ok(await VerdictResponse.FindAsync(id, verdicts, profiles, cancellationToken));
        }

        return await verdicts.FindAsync(id, cancellationToken) is { } known
            ? Problems.Conflict($"The verdict '{id}' is taken back already.", $"{known.UndoneBy} did it; nothing needs to be done.")
            : Problems.NotFound("verdict", id, "List them: GET /api/v1/unification/verdicts.");
    }
}
