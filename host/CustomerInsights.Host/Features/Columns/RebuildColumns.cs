using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>POST /columns/rebuild: builds all columns anew from the store, as a job.</summary>
internal static class RebuildColumns
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/columns/rebuild", HandleAsync).WithName(nameof(RebuildColumns)).WithSummary("Builds all columns anew from the store, as a job.").Requires(AccessAction.Write, ResourceKind.Metadata);

    internal static async Task<Accepted<AcceptedJob>> HandleAsync(JobQueue queue, HttpContext context, CancellationToken cancellationToken)
    {
        var (id, added) = await queue.AddOnceAsync(Job.JobKind, null, "{}", context.ActorName(), cancellationToken);
        return TypedResults.Accepted($"/api/v1/jobs/{id}", new AcceptedJob(id, !added));
    }

    /// <summary>The job. Rules are answered by the old columns meanwhile.</summary>
    internal sealed class Job(ColumnImages images, MetadataService metadata) : IJobHandler
    {
        public const string JobKind = "columns";

        public string Kind => JobKind;

        public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
        {
            await images.RebuildAsync(await metadata.ModelAsync(cancellationToken), (type, done) => job.Report(done, null, $"columns of {type}"), cancellationToken);
            var profiles = images.Current.Images.Values.Sum(image => image.Count);
            return new JobResult(profiles, $"Columns of {profiles:N0} profiles were built.");
        }
    }
}
