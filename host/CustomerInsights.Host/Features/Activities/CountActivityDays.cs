using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Profiles;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Activities;

/// <summary>GET /profiles/{id}/activities/days: how much happened on which day, for a timeline that one can jump along.</summary>
internal static class CountActivityDays
{
    private const int MostRows = 5000;

    /// <summary>The days on which something happened, newest first.</summary>
    /// <param name="Days">At most some 5,000 counts; ask for an earlier stretch with 'to'.</param>
    public sealed record Response(IReadOnlyList<Day> Days) : ITablePage<Day>
    {
        IReadOnlyList<Day> ITablePage<Day>.Items => Days;
    }

    /// <summary>A day.</summary>
    /// <param name="Date">The day, UTC.</param>
    /// <param name="Count">How many activities there were.</param>
    /// <param name="Types">How many of each type.</param>
    public sealed record Day(DateOnly Date, long Count, IReadOnlyDictionary<string, long> Types);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/profiles/{id}/activities/days", HandleAsync).WithName(nameof(CountActivityDays))
            .WithSummary("How many activities of each type there were on each day, newest first; of some types or a stretch of time as in the list.")
            .Requires(AccessAction.Read, ResourceKind.Activity).AsTable("activity-days");

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string id, [AsParameters] TimelineRequest timeline, IProfileStore profiles, IActivityStore store, CancellationToken cancellationToken)
    {
        var window = timeline.Window();
        if (!ProfileId.TryParse(id, out var asked) || await profiles.FindAsync(asked, cancellationToken) is not { } profile)
        {
            return Problems.NotFound("profile", id);
        }

        var days = await store.DaysAsync(profile.Id, timeline.Types, window, MostRows, cancellationToken);
        return TypedResults.Ok(new Response(
        [
            .. days.GroupBy(day => day.Day).Select(day => new Day(
                day.Key, day.Sum(one => one.Count), day.ToDictionary(one => one.Type, one => one.Count, StringComparer.Ordinal))),
        ]));
    }
}
