using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Privacy;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>GET /privacy/requests: requests, newest first.</summary>
internal static class ListPrivacyRequests
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/privacy/requests", HandleAsync).WithName(nameof(ListPrivacyRequests)).WithSummary("Requests of people about their data, newest first.").Requires(AccessAction.Read, ResourceKind.Privacy).AsTable("privacy-requests");

    internal static async Task<PageResponse<PrivacyRequestResponse>> HandleAsync(string? cursor, int? limit, IPrivacyStore store, CancellationToken cancellationToken)
    {
        var request = new PageRequest(cursor, limit);
        return PageRequest.Response(await store.ListAsync(request.After(), request.Size(), cancellationToken), PrivacyRequestResponse.Of);
    }
}
