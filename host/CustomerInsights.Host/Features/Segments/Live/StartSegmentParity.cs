using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Jobs;

namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>POST /segments/parity: compares stored memberships with a full evaluation. One runs at a time; asking again gives the one under way.</summary>
internal static class StartSegmentParity
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/segments/parity", HandleAsync).WithName(nameof(StartSegmentParity)).WithSummary("Compares stored memberships with a full evaluation. One runs at a time; asking again gives the one under way.").Requires(AccessAction.Run, ResourceKind.Segment);

    internal static async Task<Microsoft.AspNetCore.Http.HttpResults.Accepted<AcceptedJob>> HandleAsync(JobQueue queue, HttpContext context, CancellationToken cancellationToken)
    {
        var (id, added) = await queue.AddOnceAsync(SegmentParityJob.JobKind, null, "{}", context.ActorName(), cancellationToken);
        return TypedResults.Accepted($"/api/v1/jobs/{id}", new AcceptedJob(id, !added));
    }
}
