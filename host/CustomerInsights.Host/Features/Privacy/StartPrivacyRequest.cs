using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Privacy;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>POST /privacy/requests/{id}/runs: goes on with a request whose job failed or was cancelled; what is done already is not done again.</summary>
internal static class StartPrivacyRequest
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/privacy/requests/{id}/runs", HandleAsync).WithName(nameof(StartPrivacyRequest)).WithSummary("Goes on with a request whose job failed or was cancelled.").Requires(AccessAction.Write, ResourceKind.Privacy);

    internal static async Task<Results<Accepted<AcceptedJob>, ProblemHttpResult>> HandleAsync(string id, IPrivacyStore store, JobQueue queue, HttpContext context, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is not { } request)
        {
            return Problems.NotFound("privacy request", id);
        }

        if (request.DoneAt is not null)
        {
            return Problems.Conflict("The request is done.", "Make another one: POST /api/v1/privacy/requests.");
        }

        var (job, added) = await queue.AddOnceAsync(PrivacyJob.JobKind, request.Id, "{}", context.ActorName(), cancellationToken);
        return TypedResults.Accepted($"/api/v1/jobs/{job}", new AcceptedJob(job, !added));
    }
}
