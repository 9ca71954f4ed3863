using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Jobs;

namespace CustomerInsights.Host.Features.Jobs;

/// <summary>GET /jobs: newest first; those of a kind or a parent where asked, else those without a parent.</summary>
internal static class ListJobs
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/jobs", HandleAsync).WithName(nameof(ListJobs)).WithSummary("Newest first; those of a kind or a parent where asked, else those without a parent.").Requires(AccessAction.Read, ResourceKind.Job).AsTable("jobs");

    internal static async Task<PageResponse<JobResponse>> HandleAsync(
        string? kind, string? parent, string? cursor, int? limit, IJobStore store, CancellationToken cancellationToken)
    {
        var request = new PageRequest(cursor, limit);
        return PageRequest.Response(await store.ListAsync(kind, parent, request.After(), request.Size(), cancellationToken), JobResponse.Of);
    }
}
