using System.Globalization;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>POST /unification/reviews/{id}/verdict: answers a doubt; the verdict holds at once and for all runs to come.</summary>
internal static class AnswerReview
{
    /// <summary>The answer.</summary>
    /// <param name="Verdict">same or different.</param>
    /// <param name="Left">Of a cluster: which record; of a pair it is known.</param>
    /// <param name="Right">Of a cluster: which other.</param>
    /// <param name="Note">Why; at most 1,000 characters.</param>
    public sealed record Request(string Verdict, Reference? Left = null, Reference? Right = null, string? Note = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/unification/reviews/{id:long}/verdict", HandleAsync).WithName(nameof(AnswerReview)).WithSummary("Answers a doubt; the verdict holds at once and for all runs to come.").Requires(AccessAction.Write, ResourceKind.Verdict);

    internal static async Task<Results<Ok<VerdictResponse>, ProblemHttpResult>> HandleAsync(
        long id, Request request, Stewardship stewardship, IReviewStore reviews, IVerdictStore verdicts, IProfileStore profiles, HttpContext context, CancellationToken cancellationToken)
    {
        if (GiveVerdict.Fault(request.Verdict, request.Note) is { } fault)
        {
            return fault;
        }

        if (await reviews.FindAsync(id, cancellationToken) is not { } item)
        {
            return Problems.NotFound("review item", id.ToString(CultureInfo.InvariantCulture), "A run may have settled it. List what is open: GET /api/v1/unification/reviews.");
        }

        if (item.Verdict is not null)
        {
            return Problems.Conflict($"The review item {id} is answered already.", $"To answer anew, take the verdict back first: DELETE /api/v1/unification/verdicts/{item.Verdict}.");
        }

        var (left, right) = (request.Left, request.Right);
        if (item.Item.Kind == ReviewKind.Pair && left is null && right is null)
        {
            var nodes = await profiles.NodesAsync(item.Item.Nodes, cancellationToken);
            (left, right) = (Of(nodes, item.Item.Nodes[0]), Of(nodes, item.Item.Nodes[1]));
        }

        if (left is null || right is null)
        {
            return Problems.Invalid("/left", "reference", "Name 'left' and 'right', two of the item's records, each with stream and key.");
        }

        var (verdict, problem) = await stewardship.JudgeAsync(
            left, right, request.Verdict == VerdictWords.Same, request.Note, id, context.ActorName(), cancellationToken);
        return verdict is null ? problem! : TypedResults.Ok(await VerdictResponse.FindAsync(verdict, verdicts, profiles, cancellationToken));
    }

    private static Reference? Of(IReadOnlyDictionary<long, LineageNode> nodes, long node) =>
        nodes.TryGetValue(node, out var found) ? new Reference(null, found.Stream, found.Key) : null;
}
