using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Jobs;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Jobs;

/// <summary>GET /jobs/{id}: one job.</summary>
internal static class GetJob
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/jobs/{id}", HandleAsync).WithName(nameof(GetJob)).WithSummary("One job.").Requires(AccessAction.Read, ResourceKind.Job);

    internal static async Task<Results<Ok<JobResponse>, ProblemHttpResult>> HandleAsync(string id, IJobStore store, CancellationToken cancellationToken) =>
        await store.FindAsync(id, cancellationToken) is { } job ? TypedResults.Ok(JobResponse.Of(job)) : Problems.NotFound("job", id);
}
