using CustomerInsights.Host.Features.Consent;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Trends;

namespace CustomerInsights.Host.Features.Trends;

/// <summary>
/// Writes the figures of the day and of the months that are not closed. The month to date is counted anew each time, by who is who now: a visitor who signed in
/// since counts once.
/// </summary>
internal sealed class TrendsJob(MetadataService metadata, ReachCounting reach, ITrendStore trends, TimeProvider clock) : IJobHandler, IDisposable
{
    public const string JobKind = "trends";

    /// <summary>How far back past months are counted: an activity of the year 1970 is a mistake more often than a memory.</summary>
    private const int BackfillYears = 10;

    /// <summary>How long after its end a month takes late events.</summary>
    private static readonly TimeSpan s_grace = TimeSpan.FromDays(1);

    private readonly SemaphoreSlim _one = new(1, 1);

    public string Kind => JobKind;

    /// <summary>What the job is asked.</summary>
    /// <param name="Rebuild">Whether closed months are counted anew.</param>
    public sealed record Parameters(bool Rebuild = false);

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var model = await metadata.ModelAsync(cancellationToken);
            var now = clock.GetUtcNow();
            var changed = 0L;
            foreach (var type in model.ProfileTypes.Keys.Order(StringComparer.Ordinal))
            {
                job.Report(0, null, $"figures of {type}");
                changed += await ProfilesAsync(model, type, now, cancellationToken);
            }

            job.Report(0, null, "monthly active users");
            changed += await ActiveAsync(model, Json.Read<Parameters>(job.Job.Parameters).Rebuild, now, cancellationToken);
            return new JobResult(changed, changed == 0 ? "No figure of a day changed." : $"{changed:N0} figures of days were written.");
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private async Task<long> ProfilesAsync(InsightsModel model, string type, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var today = DateOnly.FromDateTime(now.UtcDateTime);
        var days = new List<ProfileDay>();
        if (await trends.LastMeasuredAsync(type, DateOnly.MaxValue, cancellationToken) is null
            && await trends.LedgerTotalsAsync(type, today, cancellationToken) is { } totals)
        {
            days.AddRange(totals.Select(day => new ProfileDay(type, day.Day, day.Total, now, null)));
        }

        var people = await trends.CountPeopleAsync(type, cancellationToken);
        var policy = model.Consent.Policy;
        var counts = await reach.CountAsync(policy, type, cancellationToken);
        var channels = Json.Write(counts.Channels.OrderBy(pair => pair.Key, StringComparer.Ordinal).ToDictionary(pair => pair.Key, pair => pair.Value, StringComparer.Ordinal));

        // Who came between the two counts is reachable already, and must not make a negative number of unreachable ones.
        days.Add(new ProfileDay(
            type, today, Math.Max(people.Total, counts.Any), now, new MeasuredDay(people.Known, counts.Any, channels, ConsentSnapshot.Of(policy))));
        return await trends.PutProfilesAsync(days, cancellationToken);
    }

    private async Task<long> ActiveAsync(InsightsModel model, bool rebuild, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var until = DateOnly.FromDateTime(now.UtcDateTime);
        var closed = rebuild ? null : await trends.FinalThroughAsync(cancellationToken);
        var from = closed?.AddDays(1) ?? new DateOnly(until.Year - BackfillYears, until.Month, 1);
        if (from >= until)
        {
            return 0;
        }

        var counts = await trends.CountActiveAsync(from, until, ActiveTypes.Inactive(model), cancellationToken);

        // The series begins with the first month in which anybody was active.
        var first = closed is null ? counts.FirstOrDefault(count => count.Known + count.Anonymous > 0)?.Day : from;
        if (first is not { } begin)
        {
            return 0;
        }

        begin = new DateOnly(begin.Year, begin.Month, 1);
        var days = counts.Where(count => count.Day >= begin).Select(count =>
        {
            var over = new DateTimeOffset(new DateOnly(count.Day.Year, count.Day.Month, 1).AddMonths(1).ToDateTime(TimeOnly.MinValue), TimeSpan.Zero) + s_grace <= now;
            return new ActiveDay(count, Final: over, Backfilled: over, now);
        });
        return await trends.PutActiveAsync([.. days], rebuild, cancellationToken);
    }
}
