using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Access;

namespace CustomerInsights.Host.Features.Access;

internal static class AccessModule
{
    public static IServiceCollection AddAccess(this IServiceCollection services) => services
        .AddSingleton<IAccess, Roles>()
        .AddSingleton<LocalKey>()
        .AddSingleton<ApiKeys>()
        .AddSingleton<Tickets>()
        .AddSingleton<FailedAttempts>();

    public static void MapAccess(this IEndpointRouteBuilder routes)
    {
        CreateKey.Map(routes);
        ListKeys.Map(routes);
        RevokeKey.Map(routes);
        CreateTicket.Map(routes);
        ListAudit.Map(routes);
    }
}

/// <summary>GET /audit: who did what, newest first.</summary>
internal static class ListAudit
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/audit", HandleAsync).WithName(nameof(ListAudit)).WithSummary("Who did what, newest first.").Requires(AccessAction.Read, ResourceKind.Audit).AsTable("audit");

    internal static async Task<PageResponse<AuditEntry>> HandleAsync(string? cursor, int? limit, IAuditStore store, CancellationToken cancellationToken)
    {
        var request = new PageRequest(cursor, limit);
        return PageRequest.Response(await store.ListAsync(request.After(), request.Size(), cancellationToken), entry => entry);
    }
}
