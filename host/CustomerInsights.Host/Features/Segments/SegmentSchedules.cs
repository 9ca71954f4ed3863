using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>
/// Adds the jobs of segments whose cron expression is due, and once a day that which looks for unused ones, where the host is set so. What was missed while the
/// host was down is made up for once.
/// </summary>
internal sealed partial class SegmentSchedules(
    MetadataService metadata, IDefinitionStore definitions, ISegmentStateStore states, JobQueue queue, HostSettings settings, TimeProvider clock, ILogger<SegmentSchedules> log)
    : PeriodicService(s_look, clock)
{
    private const string Actor = "schedule";
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan s_day = TimeSpan.FromDays(1);

    // When a job was last added: one that fails comes again at the next time of its schedule and not at the next look.
    private readonly Dictionary<string, DateTimeOffset> _added = new(StringComparer.Ordinal);
    private DateTimeOffset? _expiryAt;

    /// <summary>When a segment is due next by its cron expression; null when it is not by one, not active, or never again.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="since">When it was last computed out of turn, or defined.</param>
    public static DateTimeOffset? NextRun(SegmentModel segment, DateTimeOffset since) => segment.Cron?.NextAfter(since);

    /// <summary>Adds what is due at a moment.</summary>
    internal async Task RunDueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        var scheduled = model.Segments.Where(segment => segment.Cron is not null && segment.IsActiveAt(now)).ToList();
        if (scheduled.Count > 0)
        {
            var times = await states.TimesAsync(cancellationToken);
            foreach (var segment in scheduled)
            {
                // A change of the definition begins anew: one that was edited at noon is not due for what the old expression missed.
                var changed = (await definitions.FindAsync(DefinitionKinds.Segment, segment.Name, cancellationToken))?.ChangedAt ?? now;
                var since = times.GetValueOrDefault(segment.Name)?.ComputedAt is { } computed && computed > changed ? computed : changed;
                since = _added.TryGetValue(segment.Name, out var added) && added > since ? added : since;
                if (NextRun(segment, since) <= now)
                {
                    _added[segment.Name] = now;
                    await queue.AddOnceAsync(SegmentsJob.JobKind, segment.Name, "{}", Actor, cancellationToken);
                }
            }
        }

        if (settings.ExpireSegmentsAfterDays is not null && !(now < _expiryAt))
        {
            _expiryAt = now + s_day;
            await queue.AddOnceAsync(SegmentExpiryJob.JobKind, null, "{}", Actor, cancellationToken);
        }
    }

    protected override Task LookAsync(DateTimeOffset now, CancellationToken cancellationToken) => RunDueAsync(now, cancellationToken);

    protected override void Failed(Exception failure) => NotAdded(failure);

    [LoggerMessage(1600, LogLevel.Error, "What is due of segments could not be added.")]
    private partial void NotAdded(Exception exception);
}
