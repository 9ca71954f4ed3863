using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Storage.Access;

namespace CustomerInsights.Host.Features.Catalog;

/// <summary>An operation on a plugin, as a job with progress. Audited when it ends, well or not.</summary>
internal sealed class PluginOperationJob(PluginOperations operations, IAuditStore audit, TimeProvider clock) : IJobHandler
{
    public const string JobKind = "plugin";

    public string Kind => JobKind;

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        var operation = Json.Read<PluginOperation>(job.Job.Parameters);
        try
        {
            var (summary, warnings) = await operations.RunAsync(operation, job.Report, cancellationToken);
            await AuditAsync(operation, summary, cancellationToken);
            return new JobResult(1, summary) { Warnings = warnings.Count > 0 ? warnings : null };
        }
        catch (PackageException error)
        {
            await AuditAsync(operation, $"Refused: {error.Message}", cancellationToken);
            throw new JobFailedException(error.Code == "unreachable" ? "Transient" : "Configuration", error.Message);
        }
    }

    private ValueTask AuditAsync(PluginOperation operation, string detail, CancellationToken cancellationToken) => audit.AppendAsync(
        new AuditEntry(clock.GetUtcNow(), operation.Actor, $"plugin.{operation.Action.ToString().ToLowerInvariant()}", operation.Id.Length > 0 ? $"plugin/{operation.Id}" : "plugin", detail),
        cancellationToken);
}
