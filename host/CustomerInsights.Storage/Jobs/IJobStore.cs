namespace CustomerInsights.Storage.Jobs;

/// <summary>Durable work. A job is a row; a worker holds a lease on it and renews it.</summary>
public interface IJobStore
{
    /// <summary>Adds jobs, all or none. Dependencies may name jobs of the same call.</summary>
    ValueTask AddAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken);

    /// <summary>
    /// Leases the oldest job that can run at <paramref name="now"/>: queued, its time come, all its dependencies succeeded; or running with a
    /// lapsed lease. Two jobs of one kind with the same subject never run at once: the later one waits. The attempt is counted. Jobs whose dependency failed, was cancelled or skipped are marked skipped on the way.
    /// </summary>
    /// <returns>The job as leased, or null.</returns>
    ValueTask<Job?> LeaseAsync(string owner, DateTimeOffset now, TimeSpan leaseFor, CancellationToken cancellationToken);

    /// <summary>Renews a lease and stores progress; null progress leaves it. False when the lease is lost or the job is to be cancelled (see <see cref="Job.CancelRequested"/>).</summary>
    ValueTask<bool> RenewAsync(string id, string owner, DateTimeOffset until, JobProgress? progress, CancellationToken cancellationToken);

    /// <summary>Gives up all leases of an owner at once: its process has ended. The jobs are queued again and resume from their checkpoints.</summary>
    ValueTask ReleaseAsync(string owner, CancellationToken cancellationToken);

    /// <summary>Stores where to go on from.</summary>
    ValueTask CheckpointAsync(string id, string owner, string checkpoint, CancellationToken cancellationToken);

    /// <summary>Ends the job, or puts it back in the queue when <paramref name="retryAt"/> is given. No effect when the lease is lost.</summary>
    ValueTask FinishAsync(string id, string owner, JobState state, JobProgress? progress, string? result, JobError? error, DateTimeOffset? retryAt, CancellationToken cancellationToken);

    /// <summary>Cancels a queued job with all that depends on it, or asks a running one to stop. False when it has ended or does not exist.</summary>
    ValueTask<bool> CancelAsync(string id, CancellationToken cancellationToken);

    /// <summary>A job, or null.</summary>
    ValueTask<Job?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>Jobs newest first; of one kind or of one parent where asked. Without parent and kind: those without parent.</summary>
    ValueTask<Page<Job>> ListAsync(string? kind, string? parent, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>The last job of a kind and subject that succeeded, or null.</summary>
    ValueTask<Job?> LastSucceededAsync(string kind, string? subject, CancellationToken cancellationToken);
}
