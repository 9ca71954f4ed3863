using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Jobs;

namespace CustomerInsights.Host.Features.Exports;

/// <summary>Runs exports by their cron expressions.</summary>
internal sealed partial class ExportSchedules(
    MetadataService metadata, IDefinitionStore definitions, IJobStore jobs, JobQueue queue, TimeProvider clock, ILogger<ExportSchedules> log)
    : CronJobs(DefinitionKinds.Export, ExportJob.JobKind, definitions, queue, clock)
{
    protected override async ValueTask<IEnumerable<(string Name, CronSchedule? Cron)>> ScheduledAsync(CancellationToken cancellationToken) =>
        (await metadata.ModelAsync(cancellationToken)).Exports.Values.Select(export => (export.Name, export.Cron));

    // Of the jobs and not of the runs: one that found no difference leaves no run.
    protected override async ValueTask<DateTimeOffset?> LastRunAsync(string name, CancellationToken cancellationToken) =>
        (await jobs.LastSucceededAsync(ExportJob.JobKind, name, cancellationToken))?.CreatedAt;

    protected override void Failed(Exception failure) => NotAdded(failure);

    [LoggerMessage(1550, LogLevel.Error, "What is due of exports could not be added.")]
    private partial void NotAdded(Exception exception);
}
