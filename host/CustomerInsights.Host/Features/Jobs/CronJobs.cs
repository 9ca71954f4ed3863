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
    private const string Actor = "schedule";
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(30);

    // When a job was last added: one that fails comes again at the next time of its schedule and not at the next look.
    private readonly Dictionary<string, DateTimeOffset> _added = new(StringComparer.Ordinal);

    /// <summary>When one is due next by its cron expression; null when it is not by one.</summary>
    internal async ValueTask<DateTimeOffset?> NextRunAsync(string name, CronSchedule? cron, CancellationToken cancellationToken)
    {
        if (cron is null)
        {
            return null;
        }

        // A change of the definition begins anew: one that was edited at noon is not due for what the old expression missed.
        var since = (await definitions.FindAsync(kind, name, cancellationToken))?.ChangedAt ?? Clock.GetUtcNow();
        if (await LastRunAsync(name, cancellationToken) is { } last && last > since)
        {
            since = last;
        }

        return cron.NextAfter(_added.TryGetValue(name, out var added) && added > since ? added : since);
    }

    /// <summary>Adds what is due at a moment.</summary>
    internal async Task RunDueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var (name, cron) in await ScheduledAsync(cancellationToken))
        {
            if (await NextRunAsync(name, cron, cancellationToken) <= now)
            {
                _added[name] = now;
                await queue.AddOnceAsync(jobKind, name, "{}", Actor, cancellationToken);
            }
        }
    }

    /// <summary>All that there are, with their cron expressions; null for those without.</summary>
    protected abstract ValueTask<IEnumerable<(string Name, CronSchedule? Cron)>> ScheduledAsync(CancellationToken cancellationToken);

    /// <summary>When the last run began that is remembered; null for none.</summary>
    protected abstract ValueTask<DateTimeOffset?> LastRunAsync(string name, CancellationToken cancellationToken);

    protected override Task LookAsync(DateTimeOffset now, CancellationToken cancellationToken) => RunDueAsync(now, cancellationToken);
}
