using System.Globalization;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Activities;

namespace CustomerInsights.Host.Features.Activities;

/// <summary>Which part of a timeline is asked for.</summary>
/// <param name="Type">Activity types; all when none is given.</param>
/// <param name="From">The beginning, included: a time or a day (its midnight, UTC).</param>
/// <param name="To">The end, excluded: a time or a day (its midnight, UTC).</param>
/// <param name="Day">A day (UTC) to jump to: it and what came before, newest first.</param>
internal sealed record TimelineRequest(string[]? Type = null, string? From = null, string? To = null, string? Day = null)
{
    public IReadOnlyList<string>? Types => Type is { Length: > 0 } ? Type : null;

    /// <summary>The stretch of time.</summary>
    /// <exception cref="BadParameterException">One of them is no time, or the end comes before the beginning.</exception>
    public ActivityWindow Window()
    {
        if (Day is not null && To is not null)
        {
            throw new BadParameterException("day", "Give 'day' or 'to': both say where the list begins.");
        }

        var (from, until) = (Moment("from", From), Day is null ? Moment("to", To) : Behind(Day));
        return from is { } first && until is { } last && first >= last
            ? throw new BadParameterException("from", "The beginning must come before the end.")
            : new ActivityWindow(from, until);
    }

    private static DateTimeOffset? Moment(string parameter, string? text)
    {
        if (text is null)
        {
            return null;
        }

        return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? Midnight(day)
            : Literal(text) ?? throw new BadParameterException(parameter, $"{parameter}={text} is no time: send 2026-11-01 or 2026-11-01T08:00:00Z.");
    }

    private static DateTimeOffset? Literal(string text) =>
        DateTimeOffset.TryParseExact(text, ["yyyy-MM-dd'T'HH:mm:ss.FFFFFFFK", "yyyy-MM-dd'T'HH:mmK"], CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal, out var time) ? time : null;

    private static DateTimeOffset? Behind(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
            ? day == DateOnly.MaxValue ? null : Midnight(day.AddDays(1))
            : throw new BadParameterException("day", $"day={text} is no day: send 2026-11-01.");

    private static DateTimeOffset Midnight(DateOnly day) => new(day.ToDateTime(TimeOnly.MinValue), TimeSpan.Zero);
}

/// <summary>An activity.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Type">Its type.</param>
/// <param name="At">When it happened.</param>
/// <param name="Fields">Its fields by name.</param>
/// <param name="Stream">The stream that it came from.</param>
/// <param name="Key">The record there.</param>
public sealed record ActivityResponse(string Id, string Type, DateTimeOffset At, IReadOnlyDictionary<string, object?> Fields, string Stream, string Key)
{
    /// <summary>True when it carries no key and found the person by attributes; absent otherwise.</summary>
    public bool? Matched { get; init; }

    /// <summary>As what the person takes part in somebody else's activity; absent when it is the person's own.</summary>
    public IReadOnlyList<string>? Roles { get; init; }

    internal static ActivityResponse Of(StoredActivity activity) =>
        new(activity.Id, activity.Type, activity.At, PlainJson.Of(activity.Document), activity.Stream, activity.Key)
        {
            Matched = activity.IsMatched ? true : null,
            Roles = activity.Roles.Count == 0 ? null : activity.Roles,
        };
}
