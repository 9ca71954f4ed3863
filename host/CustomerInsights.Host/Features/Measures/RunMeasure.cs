using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Definitions;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>POST /measures/{name}/run: computes one measure now, and the measures that build on it.</summary>
internal static class RunMeasure
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/measures/{name}/run", HandleAsync).WithName(nameof(RunMeasure)).WithSummary("Computes one measure now, and the measures that build on it.").Requires(AccessAction.Run, ResourceKind.Measure);

    internal static Task<Results<Accepted<AcceptedJob>, ProblemHttpResult>> HandleAsync(
        string name, IDefinitionStore definitions, JobQueue queue, HttpContext context, CancellationToken cancellationToken) =>
        StartRun.OfAsync(DefinitionKinds.Measure, MeasuresJob.JobKind, name, definitions, queue, context, cancellationToken);
}
