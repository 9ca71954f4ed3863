using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>Computes active segments by their cron expressions, and once a day has unused ones looked for, where the host is set so.</summary>
internal sealed partial class SegmentSchedules(
    MetadataService metadata, IDefinitionStore definitions, ISegmentStateStore states, JobQueue queue, HostSettings settings, TimeProvider clock, ILogger<SegmentSchedules> log)
    : CronJobs(DefinitionKinds.Segment, SegmentsJob.JobKind, definitions, queue, clock)
{
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    private readonly JobQueue _queue = queue;
    private DateTimeOffset? _expiryAt;

    internal override async Task RunDueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        await base.RunDueAsync(now, cancellationToken);
        if (settings.ExpireSegmentsAfterDays is not null && !(now < _expiryAt))
        {
            _expiryAt = now + s_day;
            await _queue.AddOnceAsync(SegmentExpiryJob.JobKind, null, "{}", Actor, cancellationToken);
        }
    }

    protected override async ValueTask<IReadOnlyList<Scheduled>> ScheduledAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var scheduled = (await metadata.ModelAsync(cancellationToken)).Segments.Where(segment => segment.Cron is not null && segment.IsActiveAt(now)).ToList();
        if (scheduled.Count == 0)
        {
            return [];
        }

        var times = await states.TimesAsync(cancellationToken);
        return [.. scheduled.Select(segment => new Scheduled(segment.Name, segment.Cron!, times.GetValueOrDefault(segment.Name)?.ComputedAt))];
    }

    protected override void Failed(Exception failure) => NotAdded(failure);

    [LoggerMessage(1600, LogLevel.Error, "What is due of segments could not be added.")]
    private partial void NotAdded(Exception exception);
}
