using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Storage.Jobs;

namespace CustomerInsights.Host.Features.Jobs;

/// <summary>Does the work of one kind of job. It may be called again for the same job after a crash and goes on from the checkpoint.</summary>
internal interface IJobHandler
{
    /// <summary>The kind of job that it does.</summary>
    string Kind { get; }

    /// <summary>True when it only waits for other jobs and takes no place of a worker.</summary>
    bool OnlyWaits => false;

    /// <summary>Works. The token is cancelled on stop (the job resumes later) and when someone cancels the job.</summary>
    /// <exception cref="JobFailedException">It cannot go on; the kind says whether it is tried again.</exception>
    Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken);
}

/// <summary>What a job has to say at its end; stored with it.</summary>
/// <param name="Changed">How many things it changed; 0 when everything was as it should be.</param>
/// <param name="Summary">A sentence for people.</param>
/// <param name="Details">Counts by name.</param>
public sealed record JobResult(long Changed, string Summary, IReadOnlyDictionary<string, long>? Details = null)
{
    /// <summary>What people should look at.</summary>
    public IReadOnlyList<string>? Warnings { get; init; }

    /// <summary>More, in a form of the kind's own: a unification run's statistics by stream and rule.</summary>
    public System.Text.Json.JsonElement? Report { get; init; }
}

/// <summary>A job cannot go on.</summary>
/// <param name="kind">Whose move it is, as the SDK's failure kinds.</param>
/// <param name="message">For people.</param>
/// <param name="retryAfter">How long to wait, when it is tried again.</param>
internal sealed class JobFailedException(string kind, string message, TimeSpan? retryAfter = null) : Exception(message)
{
    /// <summary>What a plugin failed with, as the failure of the job that called it.</summary>
    public static JobFailedException Of(PluginFailure failure) => new(failure.Kind.ToString(), failure.Message, failure.RetryAfter);

    public string Kind { get; } = kind;

    public TimeSpan? RetryAfter { get; } = retryAfter;

    /// <summary>True when it must not be tried again whatever its kind: what failed inside has been tried often enough.</summary>
    public bool IsFinal { get; init; }
}

/// <summary>A running job's line to the store.</summary>
internal sealed class JobContext(Job job, IJobStore store, string owner)
{
    private JobProgress? _progress;

    public Job Job { get; } = job;

    public string? Checkpoint { get; private set; } = job.Checkpoint;

    /// <summary>Cheap: the newest progress is stored with the next renewal of the lease.</summary>
    public void Report(long done, long? total, string? message) => Volatile.Write(ref _progress, new JobProgress(done, total, message));

    public async ValueTask CheckpointAsync(string checkpoint, CancellationToken cancellationToken)
    {
        await store.CheckpointAsync(Job.Id, owner, checkpoint, cancellationToken);
        Checkpoint = checkpoint;
    }

    internal JobProgress? TakeProgress() => Interlocked.Exchange(ref _progress, null);
}
