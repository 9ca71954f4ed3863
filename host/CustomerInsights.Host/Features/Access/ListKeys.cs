using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Access;

namespace CustomerInsights.Host.Features.Access;

/// <summary>GET /keys: the API keys, without their secrets.</summary>
internal static class ListKeys
{
    public sealed record Item(string Id, string Name, string Role, DateTimeOffset CreatedAt, DateTimeOffset? RevokedAt);

    public sealed record Response(IReadOnlyList<Item> Items) : ITablePage<Item>;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/keys", HandleAsync).WithName(nameof(ListKeys)).WithSummary("The API keys, without their secrets.").Requires(AccessAction.Read, ResourceKind.Key).AsTable("keys");

    internal static async Task<Response> HandleAsync(IApiKeyStore store, CancellationToken cancellationToken) =>
        new([.. (await store.ListAsync(cancellationToken)).Select(key => new Item(key.Id, key.Name, key.Role, key.CreatedAt, key.RevokedAt))]);
}
