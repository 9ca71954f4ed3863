using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>POST /unification/verdicts: says that two are the same or different, at once and for all runs to come.</summary>
internal static class GiveVerdict
{
    private const int LongestNote = 1000;

    /// <summary>What is said.</summary>
    /// <param name="Left">A record by stream and key, or a profile.</param>
    /// <param name="Right">The other.</param>
    /// <param name="Verdict">same or different.</param>
    /// <param name="Note">Why; at most 1,000 characters.</param>
    public sealed record Request(Reference Left, Reference Right, string Verdict, string? Note = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/unification/verdicts", HandleAsync).WithName(nameof(GiveVerdict)).WithSummary("Says that two are the same or different, at once and for all runs to come.").Requires(AccessAction.Write, ResourceKind.Verdict);

    internal static async Task<Results<Created<VerdictResponse>, ProblemHttpResult>> HandleAsync(
        Request request, Stewardship stewardship, IVerdictStore verdicts, IProfileStore profiles, HttpContext context, CancellationToken cancellationToken)
    {
        if (Fault(request.Verdict, request.Note) is { } fault)
        {
            return fault;
        }

        var (id, problem) = await stewardship.JudgeAsync(
            request.Left, request.Right, request.Verdict == VerdictWords.Same, request.Note, null, context.ActorName(), cancellationToken);
        return id is null
            ? problem!
            : TypedResults.Created($"/api/v1/unification/verdicts/{id}", await VerdictResponse.FindAsync(id, verdicts, profiles, cancellationToken));
    }

    internal static ProblemHttpResult? Fault(string verdict, string? note)
    {
        if (!VerdictWords.IsOne(verdict))
        {
            return Problems.Invalid("/verdict", "verdict", $"'{verdict}' is not a verdict; use same or different.");
        }

        return note?.Length > LongestNote ? Problems.Invalid("/note", "length", $"A note has at most {LongestNote:N0} characters.") : null;
    }
}
