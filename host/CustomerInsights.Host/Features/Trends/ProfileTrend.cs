using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Trends;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Trends;

/// <summary>GET /trends/profiles: how many profiles there were, and how many could be reached, by day.</summary>
internal static class ProfileTrend
{
    /// <summary>The figures.</summary>
    /// <param name="ProfileType">The type.</param>
    /// <param name="Series">total, known, unknown, reachable, unreachable.</param>
    /// <param name="Annotations">What makes steps.</param>
    /// <param name="Channel">The channel of reachable and unreachable; absent: any.</param>
    public sealed record Response(string ProfileType, IReadOnlyList<TrendSeries> Series, IReadOnlyList<Annotation> Annotations, string? Channel = null);

    /// <summary>Settings that were others than when the day before was counted.</summary>
    /// <param name="Day">The first day that was counted with them.</param>
    /// <param name="Title">For people.</param>
    /// <param name="Changed">Which settings of consent.</param>
    public sealed record Annotation(DateOnly Day, string Title, IReadOnlyList<string> Changed);

    private sealed record Row(DateOnly Day, long Total, long? Known, long? Unknown, long? Reachable, long? Unreachable);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/trends/profiles", HandleAsync).WithName(nameof(ProfileTrend)).WithSummary("How many profiles there were, and how many could be reached, by day.").Requires(AccessAction.Read, ResourceKind.Measure).AsTable("profiles");

    /// <summary>Answers.</summary>
    /// <param name="profileType">The type; not needed where there is one, or one called customer.</param>
    /// <param name="channel">The channel of reachable and unreachable; any if absent.</param>
    /// <param name="from">The first day (UTC), such as 2026-03-01; a year before 'to' if absent.</param>
    /// <param name="to">The last day; today if absent.</param>
    /// <param name="table">Asked for as a file.</param>
    /// <param name="metadata">The model.</param>
    /// <param name="trends">Figures.</param>
    /// <param name="clock">The time.</param>
    /// <param name="cancellationToken">Cancels.</param>
    internal static async Task<Results<Ok<Response>, TableResult, ProblemHttpResult>> HandleAsync(
        string? profileType, string? channel, string? from, string? to, TableRequest? table, MetadataService metadata, ITrendStore trends, TimeProvider clock, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        var type = profileType ?? (model.ProfileTypes.Count == 1 ? model.ProfileTypes.Keys.First() : "customer");
        if (!model.ProfileTypes.ContainsKey(type))
        {
            return Problems.Invalid("profileType", "unknown", $"There is no profile type '{type}'.{Names.Suggest(type, model.ProfileTypes.Keys)}");
        }

        if (channel is not null && !model.Consent.Policy.Channels.ContainsKey(channel))
        {
            return Problems.Invalid("channel", "unknown", $"There is no channel '{channel}'.{Names.Suggest(channel, model.Consent.Policy.Channels.Keys)}");
        }

        var (request, refused) = TrendRequest.Read(from, to, clock);
        if (request is null)
        {
            return refused!;
        }

        var days = await trends.ProfilesAsync(type, request.From, request.To, cancellationToken);
        var annotations = Annotations(await trends.LastMeasuredAsync(type, request.From, cancellationToken), days);
        var rows = days.Select(day => Read(day, channel)).ToList();
        if (table is not null)
        {
            var changes = annotations.ToDictionary(annotation => annotation.Day, annotation => string.Join(' ', annotation.Changed));
            var cells = rows.Select(row => new object?[] { row.Day, row.Total, row.Known, row.Unknown, row.Reachable, row.Unreachable, changes.GetValueOrDefault(row.Day) });
            return new TableResult(table, Table.Of("profiles", ["day", "total", "known", "unknown", "reachable", "unreachable", "settings_changed"], cells.ToAsyncEnumerable()));
        }

        TrendSeries Series(string name, string title, Func<Row, long?> of) =>
            new(name, title, "profiles", [.. rows.Where(row => of(row) is not null).Select(row => new TrendPoint(row.Day, of(row)!.Value))]);
        var by = channel is null ? "by any channel" : $"by {channel}";
        return TypedResults.Ok(new Response(
            type,
            [
                Series("total", "All profiles", row => row.Total),
                Series("known", "Known", row => row.Known),
                Series("unknown", "Unknown visitors", row => row.Unknown),
                Series("reachable", $"Reachable {by}", row => row.Reachable),
                Series("unreachable", $"Not reachable {by}", row => row.Unreachable),
            ],
            annotations,
            channel));
    }

    // A channel that there was not on that day reached nobody that anybody counted: absent.
    private static Row Read(ProfileDay day, string? channel)
    {
        var reachable = channel is null ? day.Measured?.Reachable
            : day.Measured is { } measured && Json.Read<Dictionary<string, long>>(measured.Channels).TryGetValue(channel, out var reached) ? reached : null;
        return new Row(day.Day, day.Total, day.Measured?.Known, day.Total - day.Measured?.Known, reachable, day.Total - reachable);
    }

    private static List<Annotation> Annotations(ProfileDay? before, IReadOnlyList<ProfileDay> days)
    {
        var annotations = new List<Annotation>();
        var settings = before?.Measured?.Settings;
        foreach (var day in days)
        {
            if (day.Measured is not { } measured)
            {
                continue;
            }

            if (settings is not null && ConsentSnapshot.Changed(settings, measured.Settings) is { Count: > 0 } changed)
            {
                annotations.Add(new Annotation(day.Day, "The settings of consent changed: " + string.Join(", ", changed) + ".", changed));
            }

            settings = measured.Settings;
        }

        return annotations;
    }
}
