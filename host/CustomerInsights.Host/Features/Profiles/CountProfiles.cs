using CustomerInsights.Host.Features.Access;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Profiles;

/// <summary>GET /profiles/counts: how many profiles there are of each type.</summary>
internal static class CountProfiles
{
    public sealed record Response(IReadOnlyDictionary<string, long> Types);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/counts", HandleAsync).WithName(nameof(CountProfiles)).WithSummary("How many profiles there are of each type.").Requires(AccessAction.Read, ResourceKind.Profile);

    internal static async Task<Response> HandleAsync(IProfileStore store, CancellationToken cancellationToken) =>
        new((await store.CountAsync(cancellationToken)).ToDictionary(StringComparer.Ordinal));
}
