using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Identifiers;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Consent;

/// <summary>GET /lists: the lists that people can subscribe to, by name.</summary>
internal static class ListSubscriptionLists
{
    /// <summary>All of them.</summary>
    /// <param name="Items">By name.</param>
    public sealed record Response(IReadOnlyList<SubscriptionList> Items) : ITablePage<SubscriptionList>;

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/lists", HandleAsync).WithName(nameof(ListSubscriptionLists)).WithSummary("The lists that people can subscribe to, by name.").Requires(AccessAction.Read, ResourceKind.Consent).AsTable("lists");

    internal static async Task<Ok<Response>> HandleAsync(IIdentifierStore identifiers, CancellationToken cancellationToken) =>
        TypedResults.Ok(new Response(await identifiers.ListsAsync(cancellationToken)));
}
