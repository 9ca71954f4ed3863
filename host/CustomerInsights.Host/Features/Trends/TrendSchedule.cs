using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Jobs;

namespace CustomerInsights.Host.Features.Trends;

/// <summary>Adds the job of the figures once a day: soon after midnight UTC, but behind a refresh that is under way. After a stop it is made up for at once.</summary>
internal sealed partial class TrendSchedule(JobQueue queue, IJobStore jobs, TimeProvider clock, ILogger<TrendSchedule> log)
    : PeriodicService(s_look, clock)
{
    private const string Actor = "schedule";
    private static readonly TimeSpan s_look = TimeSpan.FromMinutes(5);

    /// <summary>Adds what is due at a moment; true when it did.</summary>
    internal async Task<bool> RunDueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        // The newest job tells: also one that failed, which is tried again tomorrow or when somebody asks.
        if ((await jobs.ListAsync(TrendsJob.JobKind, null, null, 1, cancellationToken)).Items is [var last] && last.CreatedAt.UtcDateTime.Date >= now.UtcDateTime.Date)
        {
            return false;
        }

        if ((await jobs.ListAsync(RefreshJob.JobKind, null, null, 1, cancellationToken)).Items is [var refresh] && !JobResponse.Of(refresh).HasEnded)
        {
            return false;
        }

        return (await queue.AddOnceAsync(TrendsJob.JobKind, null, "{}", Actor, cancellationToken)).Added;
    }

    protected override Task LookAsync(DateTimeOffset now, CancellationToken cancellationToken) => RunDueAsync(now, cancellationToken);

    protected override void Failed(Exception failure) => NotAdded(failure);

    [LoggerMessage(1700, LogLevel.Error, "The figures of the day could not be asked for.")]
    private partial void NotAdded(Exception exception);
}
