using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Enrichments;

namespace CustomerInsights.Host.Features.Enrichments;

/// <summary>Adds the jobs of enrichments whose cron expression is due. What was missed while the host was down is made up for once.</summary>
internal sealed partial class EnrichmentSchedules(
    MetadataService metadata, IDefinitionStore definitions, IEnrichmentStore store, JobQueue queue, TimeProvider clock, ILogger<EnrichmentSchedules> log)
    : PeriodicService(s_look, clock)
{
    private const string Actor = "schedule";
    private static readonly TimeSpan s_look = TimeSpan.FromSeconds(30);

    // When a job was last added: one that fails comes again at the next time of its schedule and not at the next look.
    private readonly Dictionary<string, DateTimeOffset> _added = new(StringComparer.Ordinal);

    /// <summary>When an enrichment is due next by its cron expression; null when it is not by one.</summary>
    internal async ValueTask<DateTimeOffset?> NextRunAsync(EnrichmentModel enrichment, CancellationToken cancellationToken)
    {
        if (enrichment.Cron is null)
        {
            return null;
        }

        // A change of the definition begins anew: one that was edited at noon is not due for what the old expression missed.
        var since = (await definitions.FindAsync(DefinitionKinds.Enrichment, enrichment.Name, cancellationToken))?.ChangedAt ?? Clock.GetUtcNow();
        if (await store.ListRunsAsync(enrichment.Name, null, 1, cancellationToken) is { Items: [{ StartedAt: var last }, ..] } && last > since)
        {
            since = last;
        }

        return enrichment.Cron.NextAfter(_added.TryGetValue(enrichment.Name, out var added) && added > since ? added : since);
    }

    /// <summary>Adds what is due at a moment.</summary>
    internal async Task RunDueAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        foreach (var enrichment in (await metadata.ModelAsync(cancellationToken)).Enrichments.Values)
        {
            if (await NextRunAsync(enrichment, cancellationToken) <= now)
            {
                _added[enrichment.Name] = now;
                await queue.AddOnceAsync(EnrichJob.JobKind, enrichment.Name, "{}", Actor, cancellationToken);
            }
        }
    }

    protected override Task LookAsync(DateTimeOffset now, CancellationToken cancellationToken) => RunDueAsync(now, cancellationToken);

    protected override void Failed(Exception failure) => NotAdded(failure);

    [LoggerMessage(1650, LogLevel.Error, "What is due of enrichments could not be added.")]
    private partial void NotAdded(Exception exception);
}
