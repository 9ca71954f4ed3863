using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Platform;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Trends;

/// <summary>POST /trends/runs: writes the figures of the day now.</summary>
internal static class RunTrends
{
    /// <summary>What is counted.</summary>
    /// <param name="Rebuild">Whether closed months are counted anew, by the activities and identities of today. Default: false.</param>
    public sealed record Request(bool Rebuild = false);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/trends/runs", HandleAsync).WithName(nameof(RunTrends)).WithSummary("Writes the figures of the day now.").Requires(AccessAction.Run, ResourceKind.Measure);

    internal static async Task<Accepted<AcceptedJob>> HandleAsync(Request? request, JobQueue queue, HttpContext context, CancellationToken cancellationToken)
    {
        var (id, added) = await queue.AddOnceAsync(
            TrendsJob.JobKind, null, Json.Write(new TrendsJob.Parameters(request?.Rebuild ?? false)), context.ActorName(), cancellationToken);
        return TypedResults.Accepted($"/api/v1/jobs/{id}", new AcceptedJob(id, !added));
    }
}
