using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Definitions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>POST /segments/{name}/run: computes one segment now, whatever its schedule. A static one with a rule is taken anew.</summary>
internal static class RunSegment
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/segments/{name}/run", HandleAsync).WithName(nameof(RunSegment)).WithSummary("Computes one segment now, whatever its schedule. A static one with a rule is taken anew.").Requires(AccessAction.Run, ResourceKind.Segment);

    internal static Task<Results<Accepted<AcceptedJob>, ProblemHttpResult>> HandleAsync(
        string name, IDefinitionStore definitions, JobQueue queue, HttpContext context, CancellationToken cancellationToken) =>
        StartRun.OfAsync(DefinitionKinds.Segment, SegmentsJob.JobKind, name, definitions, queue, context, cancellationToken);
}
