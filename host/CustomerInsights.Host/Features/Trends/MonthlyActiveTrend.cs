using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Trends;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Trends;

/// <summary>GET /trends/monthly-active: monthly active users, month to date, by day.</summary>
internal static class MonthlyActiveTrend
{
    /// <summary>The figures.</summary>
    /// <param name="Series">monthlyActive, known, anonymous: each through midnight UTC at the end of the day, from the first of its month.</param>
    /// <param name="Months">What can be said of the months.</param>
    public sealed record Response(IReadOnlyList<TrendSeries> Series, IReadOnlyList<Month> Months);

    /// <summary>A month.</summary>
    /// <param name="Name">Such as 2026-03.</param>
    /// <param name="Final">Whether it is closed: its figures do not change any more.</param>
    /// <param name="Backfilled">Whether some days were first counted when it was over, by who was who then.</param>
    public sealed record Month(string Name, bool Final, bool Backfilled);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/trends/monthly-active", HandleAsync).WithName(nameof(MonthlyActiveTrend)).WithSummary("Monthly active users, month to date, by day.").Requires(AccessAction.Read, ResourceKind.Measure).AsTable("monthly-active");

    /// <summary>Answers.</summary>
    /// <param name="from">The first day (UTC), such as 2026-03-01; a year before 'to' if absent.</param>
    /// <param name="to">The last day; today if absent.</param>
    /// <param name="table">Asked for as a file.</param>
    /// <param name="trends">Figures.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal static async Task<Results<Ok<Response>, TableResult, ProblemHttpResult>> HandleAsync(
        string? from, string? to, TableRequest? table, ITrendStore trends, TimeProvider clock, CancellationToken cancellationToken)
    {
        var (request, refused) = TrendRequest.Read(from, to, clock);
        if (request is null)
        {
            return refused!;
        }

        var days = await trends.ActiveAsync(request.From, request.To, cancellationToken);
        if (table is not null)
        {
            var rows = days.Select(day => new object?[] { day.Count.Day, All(day.Count), day.Count.Known, day.Count.Anonymous, day.Final });
            return new TableResult(table, Table.Of("monthly-active", ["day", "monthly_active", "known", "anonymous", "final"], rows.ToAsyncEnumerable()));
        }

        TrendSeries Series(string name, string title, Func<ActiveCount, long> of) => new(name, title, "people", [.. days.Select(day => new TrendPoint(day.Count.Day, of(day.Count)))]);
        return TypedResults.Ok(new Response(
            [
                Series("monthlyActive", "Monthly active users", All),
                Series("known", "Known", count => count.Known),
                Series("anonymous", "Anonymous visitors", count => count.Anonymous),
            ],
            [.. days.GroupBy(day => TrendRequest.Text(day.Count.Day)[..7]).Select(month => new Month(month.Key, month.All(day => day.Final), month.Any(day => day.Backfilled)))]));
    }

    private static long All(ActiveCount count) => count.Known + count.Anonymous;
}
