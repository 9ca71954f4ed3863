using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Jobs;

/// <summary>POST /jobs/{id}/cancel: stops a job and what waits for it.</summary>
internal static class CancelJob
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/jobs/{id}/cancel", HandleAsync).WithName(nameof(CancelJob)).WithSummary("Stops a job and what waits for it.").Requires(AccessAction.Run, ResourceKind.Job);

    internal static async Task<Results<Accepted, ProblemHttpResult>> HandleAsync(string id, IJobStore store, CancellationToken cancellationToken)
    {
        if (await store.FindAsync(id, cancellationToken) is null)
        {
            return Problems.NotFound("job", id);
        }

        return await store.CancelAsync(id, cancellationToken)
            ? TypedResults.Accepted($"/api/v1/jobs/{id}")
            : Problems.Conflict($"The job '{id}' has ended.", "There is nothing to cancel; start a new one.");
    }
}
