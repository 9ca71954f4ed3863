using CustomerInsights.Host.Features.Access;

namespace CustomerInsights.Host.Features.Profiles.Search;

/// <summary>GET /search-index: how the indexes for searching stand.</summary>
internal static class GetSearchIndex
{
    /// <summary>How they stand.</summary>
    /// <param name="MemoryLimitBytes">What each may take of memory.</param>
    /// <param name="Types">By profile type.</param>
    public sealed record Response(long MemoryLimitBytes, IReadOnlyDictionary<string, OfType> Types);

    /// <summary>The index of a profile type.</summary>
    /// <param name="Ready">True when searches are answered by it; while false they are answered by the store, without forgiving typing errors.</param>
    /// <param name="Profiles">Profiles in it.</param>
    /// <param name="Changed">Profiles that changed since it was built; it is built anew when they are many.</param>
    /// <param name="Bytes">What it takes of memory.</param>
    /// <param name="BuiltInMilliseconds">How long it took to build.</param>
    /// <param name="Problem">Why there is none.</param>
    public sealed record OfType(bool Ready, long Profiles, long Changed, long Bytes, double BuiltInMilliseconds, string? Problem);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/search-index", Handle).WithName(nameof(GetSearchIndex)).WithSummary("How the indexes for searching profiles stand.").Requires(AccessAction.Read, ResourceKind.Profile);

    internal static Response Handle(SearchIndexes indexes) => new(
        indexes.MemoryLimitBytes,
        indexes.States.ToDictionary(
            pair => pair.Key,
            pair => new OfType(pair.Value.Index is not null, pair.Value.Index?.Count ?? 0, pair.Value.Index?.Changed ?? 0, pair.Value.Index?.Bytes ?? 0, pair.Value.Took.TotalMilliseconds, pair.Value.Problem),
            StringComparer.Ordinal));
}
