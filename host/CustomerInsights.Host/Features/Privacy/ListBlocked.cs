using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Privacy;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>GET /privacy/blocked: how often what was erased tried to come in again, by day and stream.</summary>
internal static class ListBlocked
{
    private const int MostDays = 400;

    /// <summary>The answer.</summary>
    /// <param name="Days">Counts, newest day first.</param>
    public sealed record Response(IReadOnlyList<BlockedCount> Days) : ITablePage<BlockedCount>
    {
        IReadOnlyList<BlockedCount> ITablePage<BlockedCount>.Items => Days;
    }

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/privacy/blocked", HandleAsync).WithName(nameof(ListBlocked)).WithSummary("How often what was erased tried to come in again, by day and stream.").Requires(AccessAction.Read, ResourceKind.Privacy).AsTable("blocked");

    internal static async Task<Response> HandleAsync(int? days, IPrivacyStore store, CancellationToken cancellationToken) => days is null or >= 1 and <= MostDays
        ? new(await store.BlockedAsync(days ?? 30, cancellationToken))
        : throw new BadParameterException("days", $"days={days}: give 1 to {MostDays}.");
}
