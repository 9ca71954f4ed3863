using CustomerInsights.Host.Features.Access;
using CustomerInsights.Storage;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>GET /columns: how the columns that answer rules stand.</summary>
internal static class GetColumns
{
    /// <summary>How columns stand.</summary>
    /// <param name="Ready">True when rules are answered by columns.</param>
    /// <param name="Building">What is being read or built now.</param>
    /// <param name="Fault">What went wrong last, until it goes right again.</param>
    /// <param name="Position">The number in the change feed up to which they are right.</param>
    /// <param name="Behind">How many changes they have not seen; a question waits for these.</param>
    /// <param name="MemoryBytes">What they take of memory.</param>
    /// <param name="MemoryLimitBytes">What they may take.</param>
    /// <param name="MappedBytes">What stays in mapped files.</param>
    /// <param name="Types">By profile type.</param>
    public sealed record Response(
        bool Ready, string? Building, string? Fault, long Position, long Behind, long MemoryBytes, long MemoryLimitBytes, long MappedBytes, IReadOnlyDictionary<string, OfType> Types);

    /// <summary>The columns of a profile type.</summary>
    /// <param name="Profiles">Profiles.</param>
    /// <param name="DeadRows">Rows of profiles that changed or went, until parts are merged.</param>
    /// <param name="Activities">Activities, with those of dead rows.</param>
    /// <param name="Parts">Parts.</param>
    /// <param name="Bytes">Bytes, in memory and in files.</param>
    /// <param name="BytesPerProfile">Bytes a profile with its activities.</param>
    public sealed record OfType(long Profiles, long DeadRows, long Activities, int Parts, long Bytes, long BytesPerProfile);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/columns", HandleAsync).WithName(nameof(GetColumns)).WithSummary("How the columns that answer rules stand.").Requires(AccessAction.Read, ResourceKind.Profile);

    internal static async Task<Response> HandleAsync(ColumnImages images, IChangeFeed changes, CancellationToken cancellationToken)
    {
        var state = images.Current;
        var parts = state.Types.Values.SelectMany(type => type.Parts).Select(held => held.Stored).ToList();
        var memory = parts.Sum(part => part.MemoryBytes);
        return new Response(
            images.Building is null && images.Fault is null && state.Types.Count > 0,
            images.Building,
            images.Fault,
            state.Position,
            Math.Max(0, await changes.LastAsync(cancellationToken) - state.Position),
            memory,
            images.MemoryBytes,
            Math.Max(0, parts.Sum(part => part.Part.Bytes) - memory),
            state.Types.ToDictionary(type => type.Key, type => Of(type.Value), StringComparer.Ordinal));
    }

    private static OfType Of(TypeColumns columns)
    {
        var profiles = columns.Parts.Sum(held => (long)held.Count);
        var bytes = columns.Parts.Sum(held => held.Stored.Part.Bytes);
        return new OfType(
            profiles,
            columns.Parts.Sum(held => (long)held.Stored.Part.Rows) - profiles,
            columns.Parts.Sum(held => held.Stored.Part.Activities.Values.Sum(table => (long)table.Rows)),
            columns.Parts.Count,
            bytes,
            profiles == 0 ? 0 : bytes / profiles);
    }
}
