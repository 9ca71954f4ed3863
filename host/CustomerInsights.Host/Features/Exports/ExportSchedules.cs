using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Jobs;

namespace CustomerInsights.Host.Features.Exports;

/// <summary>Runs exports by their cron expressions.</summary>
internal sealed partial class ExportSchedules(
    MetadataService metadata, IDefinitionStore definitions, IJobStore jobs, JobQueue queue, TimeProvider clock, ILogger<ExportSchedules> log)
    : CronJobs(DefinitionKinds.Export, ExportJob.JobKind, definitions, queue, clock)
{
    protected override async ValueTask<IReadOnlyList<Scheduled>> ScheduledAsync(DateTimeOffset now, CancellationToken cancellationToken)
    {
        var scheduled = new List<Scheduled>();
        foreach (var export in (await metadata.ModelAsync(cancellationToken)).Exports.Values)
        {
            if (export.Cron is { } cron)
            {
                // Of the jobs and not of the runs: one that found no difference leaves no run.
                scheduled.Add(new(export.Name, cron, (await jobs.LastSucceededAsync(ExportJob.JobKind, export.Name, cancellationToken))?.CreatedAt));
            }
        }

        return scheduled;
    }

    protected override void Failed(Exception failure) => NotAdded(failure);

    [LoggerMessage(1550, LogLevel.Error, "What is due of exports could not be added.")]
    private partial void NotAdded(Exception exception);
}
