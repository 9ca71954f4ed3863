using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Policies;

namespace CustomerInsights.Host.Features.Unification.Previewing;

/// <summary>GET /unification/policies/{name}/previews: what was previewed of a type, newest first.</summary>
internal static class ListPreviews
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/unification/policies/{name}/previews", HandleAsync).WithName(nameof(ListPreviews))
            .WithSummary("Previews of a type's policies, newest first; the last 50 are kept.").Requires(AccessAction.Read, ResourceKind.Unification).AsTable("previews");

    internal static async Task<PageResponse<PreviewListItem>> HandleAsync(string name, string? cursor, int? limit, IPolicyStore store, CancellationToken cancellationToken)
    {
        var request = new PageRequest(cursor, limit);
        return PageRequest.Response(await store.ListPreviewsAsync(name, request.After(), request.Size(), cancellationToken), PreviewListItem.Of);
    }
}
