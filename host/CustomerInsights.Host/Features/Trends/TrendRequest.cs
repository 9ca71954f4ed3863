using System.Globalization;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Trends;

/// <summary>A line of a chart.</summary>
/// <param name="Name">For programs.</param>
/// <param name="Title">For people.</param>
/// <param name="Unit">What is counted.</param>
/// <param name="Points">By day, oldest first. A day on which it is not known is absent.</param>
public sealed record TrendSeries(string Name, string Title, string Unit, IReadOnlyList<TrendPoint> Points);

/// <summary>A figure.</summary>
/// <param name="Day">The day, UTC.</param>
/// <param name="Value">How many.</param>
public sealed record TrendPoint(DateOnly Day, long Value);

/// <summary>The days that a trend is asked for.</summary>
/// <param name="From">The first day.</param>
/// <param name="To">The last day.</param>
internal sealed record TrendRequest(DateOnly From, DateOnly To)
{
    private const int MostDays = 3660;

    public static (TrendRequest? Request, ProblemHttpResult? Refused) Read(string? from, string? to, TimeProvider clock)
    {
        if (!Day(to, DateOnly.FromDateTime(clock.GetUtcNow().UtcDateTime), out var last))
        {
            return (null, NoDay("to"));
        }

        if (!Day(from, last.DayNumber > 365 ? last.AddDays(-365) : DateOnly.MinValue, out var first))
        {
            return (null, NoDay("from"));
        }

        return first > last ? (null, Problems.Invalid("to", "order", "'to' is before 'from'."))
            : last.DayNumber - first.DayNumber >= MostDays ? (null, Problems.Invalid("from", "range", $"Ask for at most {MostDays:N0} days."))
            : (new TrendRequest(first, last), null);
    }

    public static string Text(DateOnly day) => day.ToString("yyyy-MM-dd", CultureInfo.InvariantCulture);

    private static bool Day(string? text, DateOnly otherwise, out DateOnly day)
    {
        day = otherwise;
        return text is null || DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out day);
    }

    private static ProblemHttpResult NoDay(string place) => Problems.Invalid(place, "date", "Give a day such as 2026-03-31.");
}
