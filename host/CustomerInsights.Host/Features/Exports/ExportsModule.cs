using System.Text.Json;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Exports;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Exports;

internal static class ExportsModule
{
    public static IServiceCollection AddExports(this IServiceCollection services) => services
        .AddSingleton<IJobHandler, ExportJob>()
        .AddSingleton<ExportSchedules>()
        .AddHostedService(provider => provider.GetRequiredService<ExportSchedules>())
        .AddSingleton<IDefinitionFollower, ForgetExport>();

    public static void MapExports(this IEndpointRouteBuilder routes)
    {
        StartExport.Map(routes);
        ListExportRuns.Map(routes);
    }

    /// <summary>A deleted export forgets what it exported; what is at the target stays there.</summary>
    private sealed class ForgetExport(IExportStore store) : IDefinitionFollower
    {
        public string Kind => DefinitionKinds.Export;

        public ValueTask DeletedAsync(string name, CancellationToken cancellationToken) => store.DeleteAsync(name, cancellationToken);
    }
}

/// <summary>POST /exports/{name}/runs: exports now.</summary>
internal static class StartExport
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapPost("/exports/{name}/runs", HandleAsync).WithName(nameof(StartExport)).WithSummary("Exports now.").Requires(AccessAction.Run, ResourceKind.Export);

    internal static Task<Results<Accepted<AcceptedJob>, ProblemHttpResult>> HandleAsync(
        string name, IDefinitionStore definitions, JobQueue queue, HttpContext context, CancellationToken cancellationToken) =>
        StartRun.OfAsync(DefinitionKinds.Export, ExportJob.JobKind, name, definitions, queue, context, cancellationToken);
}

/// <summary>GET /exports/{name}/runs: what was exported when, newest first.</summary>
internal static class ListExportRuns
{
    public sealed record Run(
        string JobId,
        long Generation,
        bool Succeeded,
        long Added,
        long Changed,
        long Removed,
        long Refused,
        string Summary,
        IReadOnlyDictionary<string, string> Details,
        DateTimeOffset StartedAt,
        DateTimeOffset EndedAt);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/exports/{name}/runs", HandleAsync).WithName(nameof(ListExportRuns)).WithSummary("What was exported when, newest first.").Requires(AccessAction.Read, ResourceKind.Export).AsTable("runs");

    internal static async Task<Results<Ok<PageResponse<Run>>, ProblemHttpResult>> HandleAsync(
        string name, string? cursor, int? limit, IDefinitionStore definitions, IExportStore store, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Export, name, cancellationToken) is null)
        {
            return Problems.NotFound("export", name);
        }

        var request = new PageRequest(cursor, limit);
        return TypedResults.Ok(PageRequest.Response(
            await store.ListRunsAsync(name, request.After(), request.Size(), cancellationToken),
            run => new Run(
                run.JobId, run.Generation, run.Succeeded, run.Added, run.Changed, run.Removed, run.Refused, run.Summary,
                JsonSerializer.Deserialize<Dictionary<string, string>>(run.DetailsJson) ?? [], run.StartedAt, run.EndedAt)));
    }
}
