using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Enrichments;

namespace CustomerInsights.Host.Features.Enrichments;

/// <summary>Runs enrichments by their cron expressions.</summary>
internal sealed partial class EnrichmentSchedules(
    MetadataService metadata, IDefinitionStore definitions, IEnrichmentStore store, JobQueue queue, TimeProvider clock, ILogger<EnrichmentSchedules> log)
    : CronJobs(DefinitionKinds.Enrichment, EnrichJob.JobKind, definitions, queue, clock)
{
    protected override async ValueTask<IEnumerable<(string Name, CronSchedule? Cron)>> ScheduledAsync(CancellationToken cancellationToken) =>
        (await metadata.ModelAsync(cancellationToken)).Enrichments.Values.Select(enrichment => (enrichment.Name, enrichment.Cron));

    protected override async ValueTask<DateTimeOffset?> LastRunAsync(string name, CancellationToken cancellationToken) =>
        await store.ListRunsAsync(name, null, 1, cancellationToken) is { Items: [{ StartedAt: var last }, ..] } ? last : null;

    protected override void Failed(Exception failure) => NotAdded(failure);

    [LoggerMessage(1650, LogLevel.Error, "What is due of enrichments could not be added.")]
    private partial void NotAdded(Exception exception);
}
