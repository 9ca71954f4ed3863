using System.Text.Json.Nodes;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>GET /unification/reviews: open doubts, the one first whose answer is worth most.</summary>
internal static class ListReviews
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/unification/reviews", HandleAsync).WithName(nameof(ListReviews)).WithSummary("Open doubts, the one first whose answer is worth most.").Requires(AccessAction.Read, ResourceKind.Unification).AsTable("reviews");

    internal static async Task<PageResponse<ReviewResponse>> HandleAsync(
        string? type, string? cursor, int? limit, IReviewStore reviews, IProfileStore profiles, CancellationToken cancellationToken)
    {
        var request = new PageRequest(cursor, limit);
        var page = await reviews.ListAsync(type ?? "customer", request.After(), request.Size(), cancellationToken);
        var nodes = await profiles.NodesAsync([.. page.Items.SelectMany(item => item.Item.Nodes)], cancellationToken);
        return PageRequest.Response(page, item => new ReviewResponse(
            item.Id,
            item.ProfileType,
            item.Item.Kind,
            item.Item.Worth,
            item.Item.Bits,
            item.Item.Sentence,
            item.Item.Detail is null ? null : JsonNode.Parse(item.Item.Detail),
            [.. item.Item.Nodes.Where(nodes.ContainsKey).Select(node => new RecordReference(nodes[node].Stream, nodes[node].Key))],
            item.Run,
            item.At));
    }
}
