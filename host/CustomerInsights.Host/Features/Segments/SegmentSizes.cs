using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Segments;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>GET /segments/{name}/sizes: how large a segment was when.</summary>
internal static class SegmentSizes
{
    /// <summary>How long a size is kept for every minute in which it changed; then the last of each hour is.</summary>
    public static readonly TimeSpan MinutesKept = TimeSpan.FromDays(2);

    /// <summary>How long the last size of each hour is kept; then the last of each day is, for good.</summary>
    public static readonly TimeSpan HoursKept = TimeSpan.FromDays(90);

    private const int MostPoints = 10_000;

    /// <summary>What is put together to one point.</summary>
    public enum Bucket
    {
        /// <summary>Nothing: every size that is kept.</summary>
        None,

        /// <summary>The last size of each hour in which it changed.</summary>
        Hour,

        /// <summary>The last size of each day (UTC) in which it changed.</summary>
        Day,

        /// <summary>The last size of each week (Monday to Sunday, UTC) in which it changed.</summary>
        Week,
    }

    /// <summary>The sizes.</summary>
    /// <param name="Now">How large it is.</param>
    /// <param name="Items">Sizes, oldest first; each holds until the next. The first is that at 'from', where it had one. At most 10,000; ask for larger buckets if there are more.</param>
    /// <param name="Truncated">True: older points were left out, since there are more than 10,000.</param>
    public sealed record Response(long Now, IReadOnlyList<Point> Items, bool Truncated) : ITablePage<Point>;

    /// <summary>A size.</summary>
    /// <param name="At">When it came to it.</param>
    /// <param name="Size">Members.</param>
    public sealed record Point(DateTimeOffset At, long Size);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/segments/{name}/sizes", HandleAsync).WithName(nameof(SegmentSizes)).WithSummary("How large a segment was when.").Requires(AccessAction.Read, ResourceKind.Segment).AsTable("sizes");

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string name, DateTimeOffset? from, DateTimeOffset? to, string? bucket, TableRequest? table, IDefinitionStore definitions, ISegmentStore store, ISegmentStateStore states, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Segment, name, cancellationToken) is null)
        {
            return Problems.NotFound("segment", name);
        }

        if (to <= from)
        {
            return Problems.Invalid("to", "order", "'to' is not after 'from'.");
        }

        var size = Bucket.None;
        if (bucket is not null && (!Enum.TryParse(bucket, ignoreCase: true, out size) || !Enum.IsDefined(size) || char.IsAsciiDigit(bucket[0])))
        {
            return Problems.Invalid("bucket", "bucket", $"'{bucket}' is not a bucket; use hour, day or week, or leave it out.");
        }

        var points = Last(await states.SizesAsync(name, from, to, cancellationToken), size);
        // A file has all of them.
        var most = table is null ? MostPoints : int.MaxValue;
        var (last, truncated) = (points.TakeLast(most), points.Count > most);
        return TypedResults.Ok(new Response(
            await store.CountAsync(name, cancellationToken), [.. last.Select(point => new Point(point.At, point.Size))], truncated));
    }

    /// <summary>The last point of each bucket.</summary>
    internal static List<SegmentSize> Last(IReadOnlyList<SegmentSize> points, Bucket bucket) =>
        [.. points.Where((point, i) => i == points.Count - 1 || Number(point.At, bucket) != Number(points[i + 1].At, bucket))];

    private static long Number(DateTimeOffset at, Bucket bucket) => bucket switch
    {
        Bucket.None => at.UtcTicks,
        Bucket.Hour => at.UtcTicks / TimeSpan.TicksPerHour,
        Bucket.Day => at.UtcTicks / TimeSpan.TicksPerDay,

        // Day 0 of the calendar was a Monday.
        _ => at.UtcTicks / TimeSpan.TicksPerDay / 7,
    };
}
