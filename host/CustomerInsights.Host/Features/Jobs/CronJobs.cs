using System.Collections.Concurrent;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;

namespace CustomerInsights.Host.Features.Jobs;

/// <summary>Adds the jobs of definitions whose cron expression is due. What was missed while the host was down is made up for once.</summary>
/// <param name="kind">The kind of the definitions.</param>
/// <param name="jobKind">The kind of their jobs.</param>
/// <param name="definitions">Tells when one changed.</param>
/// <param name="queue">Takes the jobs.</param>
/// <param name="clock">The clock.</param>
internal abstract class CronJobs(string kind, string jobKind, IDefinitionStore definitions, JobQueue queue, TimeProvider clock) : PeriodicService(s_look, clock)
{
    /// <summary>In whose name jobs are added.</summary>
    protected const string Actor = "schedule";

    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(30);

    // When a job was last added: one that fails comes again at the next time of its schedule and not at the next look.
    private readonly ConcurrentDictionary<string, DateTimeOffset> _added = new(StringComparer.Ordinal);

    /// <summary>A definition that the clock runs.</summary>
    /// <param name="Name">Its name.</param>
    /// <param name="Cron">When.</param>
    /// <param name="LastRun">When the last run began that is remembered; null for none.</param>
    internal readonly record struct Scheduled(string Name, CronSchedule Cron, DateTimeOffset? LastRun);

    /// <summary>When one is due next; null when it never is again.</summary>
    internal async ValueTask<DateTimeOffset?> NextRunAsync(Scheduled one, CancellationToken cancellationToken)
    {
        // A change of the definition begins anew: one that was edited at noon is not due for what the old expression missed.
        var changed = (await definitions.FindAsync(kind, one.Name, cancellationToken))?.ChangedAt ?? Clock.GetUtcNow();
        var since = one.LastRun is { } last && last > changed ? last : changed;
        return one.Cron.NextAfter(_added.TryGetValue(one.Name, out var added) && added > since ? added : since);
    }

    /// <summary>Adds what is due at a moment.</summary>
    internal virtual async Task RunDueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var one in await ScheduledAsync(now, cancellationToken))
        {
            if (await NextRunAsync(one, cancellationToken) <= now)
            {
                _added[one.Name] = now;
                await queue.AddOnceAsync(jobKind, one.Name, "{}", Actor, cancellationToken);
            }
        }
    }

    /// <summary>Those that the clock runs.</summary>
    protected abstract ValueTask<IReadOnlyList<Scheduled>> ScheduledAsync(DateTimeOffset now, CancellationToken cancellationToken);

    protected override Task LookAsync(DateTimeOffset now, CancellationToken cancellationToken) => RunDueAsync(now, cancellationToken);
}
