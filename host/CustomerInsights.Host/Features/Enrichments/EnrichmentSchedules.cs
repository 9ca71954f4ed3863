using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Enrichments;

namespace CustomerInsights.Host.Features.Enrichments;

/// <summary>Runs enrichments by their cron expressions.</summary>
internal sealed partial class EnrichmentSchedules(
    MetadataService metadata, IDefinitionStore definitions, IEnrichmentStore store, JobQueue queue, TimeProvider clock, ILogger<EnrichmentSchedules> log)
    : CronJobs(DefinitionKinds.Enrichment, EnrichJob.JobKind, definitions, queue, clock)
{
    protected override async ValueTask<IReadOnlyList<Scheduled>> ScheduledAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var scheduled = new List<Scheduled>();
        foreach (var enrichment in (await metadata.ModelAsync(cancellationToken)).Enrichments.Values)
        {
            if (enrichment.Cron is { } cron)
            {
                scheduled.Add(new(enrichment.Name, cron, await store.ListRunsAsync(enrichment.Name, null, 1, cancellationToken) is { Items: [{ StartedAt: var last }, ..] } ? last : null));
            }
        }

        return scheduled;
    }

    protected override void Failed(Exception failure) => NotAdded(failure);

    [LoggerMessage(1650, LogLevel.Error, "What is due of enrichments could not be added.")]
    private partial void NotAdded(Exception exception);
}
