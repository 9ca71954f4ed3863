using CustomerInsights.Storage.Jobs;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Jobs;

internal sealed class SqliteJobStore(Database database) : IJobStore
{
    private const string List = "jobs";

    public ValueTask AddAsync(IReadOnlyList<NewJob> jobs, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                foreach (var job in jobs)
                {
                    if (JobRows.Find(transaction.Db, job.Id) is not null)
                    {
                        throw new StoreConflictException($"There is a job with the id '{job.Id}' already.");
                    }

                    JobRows.Insert(transaction.Db, job);
                }

                // After all of them stand, because a job may name one behind it.
                foreach (var named in jobs.SelectMany(job => job.DependsOn.Append(job.Parent)).OfType<string>().Distinct(StringComparer.Ordinal))
                {
                    if (JobRows.Find(transaction.Db, named) is null)
                    {
                        throw new StoreConflictException($"A job to be added names the job '{named}', which does not exist.");
                    }
                }
            },
            cancellationToken);

    public ValueTask<Job?> LeaseAsync(string owner, DateTimeOffset now, TimeSpan leaseFor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                SkipHopeless(transaction);
                while (Next(transaction.Db, now) is { } job)
                {
                    if (job.CancelRequested)
                    {
                        // Its worker died before it could obey.
                        JobEnding.End(transaction, job.Id, JobState.Cancelled);
                        continue;
                    }

                    transaction.Db.Run(
                        """
                        UPDATE jobs SET state = 1, attempts = attempts + 1, lease_owner = ?2, lease_until = ?3, started_at = COALESCE(started_at, ?4)
                        WHERE job_id = ?1
                        """,
                        job.Id, owner, now + leaseFor, now);
                    return JobRows.Find(transaction.Db, job.Id);
                }

                return null;
            },
            cancellationToken);

    public ValueTask<bool> RenewAsync(string id, string owner, DateTimeOffset until, JobProgress? progress, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                if (Held(transaction.Db, id, owner) is not { } job)
                {
                    return false;
                }

                transaction.Db.Run("UPDATE jobs SET lease_until = ?2 WHERE job_id = ?1", id, until);
                StoreProgress(transaction.Db, id, progress);
                return !job.CancelRequested;
            },
            cancellationToken);

    public ValueTask ReleaseAsync(string owner, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Db.Run(
                "UPDATE jobs SET state = 0, lease_owner = NULL, lease_until = NULL WHERE state = 1 AND lease_owner = ?1", owner),
            cancellationToken).AsCompletion();

    public ValueTask CheckpointAsync(string id, string owner, string checkpoint, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Db.Run(
                "UPDATE jobs SET checkpoint = ?3 WHERE job_id = ?1 AND state = 1 AND lease_owner = ?2", id, owner, checkpoint),
            cancellationToken).AsCompletion();

    public ValueTask FinishAsync(
        string id, string owner, JobState state, JobProgress? progress, string? result, JobError? error, DateTimeOffset? retryAt, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                if (Held(transaction.Db, id, owner) is not { } job)
                {
                    return;
                }

                StoreProgress(transaction.Db, id, progress);
                transaction.Db.Run(
                    "UPDATE jobs SET result = COALESCE(?2, result), error_kind = ?3, error_message = ?4 WHERE job_id = ?1",
                    id, result, error?.Kind, error?.Message);
                if (retryAt is not null || state is JobState.Queued or JobState.Running)
                {
                    PutBack(transaction, job, retryAt);
                }
                else if (state == JobState.Waiting)
                {
                    transaction.Db.Run("UPDATE jobs SET state = 2, lease_owner = NULL, lease_until = NULL WHERE job_id = ?1", id);
                    JobEnding.RollUpParent(transaction, id);
                }
                else
                {
                    JobEnding.End(transaction, id, state);
                }
            },
            cancellationToken);

    public ValueTask<bool> CancelAsync(string id, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                if (JobRows.Find(transaction.Db, id) is not { } job || JobRows.HasEnded(job.State))
                {
                    return false;
                }

                JobEnding.Cancel(transaction, id);
                return true;
            },
            cancellationToken);

    public ValueTask<Job?> FindAsync(string id, CancellationToken cancellationToken) => database.ReadAsync(db => JobRows.Find(db, id), cancellationToken);

    public ValueTask<Page<Job>> ListAsync(string? kind, string? parent, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Text(List, after);
        var which = (kind, parent) switch
        {
            (null, null) => "parent IS NULL AND ?1 IS NULL AND ?2 IS NULL",
            (_, null) => "kind = ?1 AND ?2 IS NULL",
            (null, _) => "parent = ?2 AND ?1 IS NULL",
            _ => "kind = ?1 AND parent = ?2",
        };
        return database.ReadAsync(
            db =>
            {
                using var rows = db.Query(
                    $"{JobRows.Select} WHERE {which} AND (?3 IS NULL OR job_id < ?3) ORDER BY job_id DESC LIMIT ?4", kind, parent, behind, limit + 1L);
                return Paging.Page(rows, limit, JobRows.Read, last => Cursor.Of(List, last.Id));
            },
            cancellationToken);
    }

    public ValueTask<Job?> LastSucceededAsync(string kind, string? subject, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
            {
                using var rows = db.Query(
                    JobRows.Select + " WHERE kind = ?1 AND subject IS ?2 AND state = 3 ORDER BY finished_at DESC, job_id DESC LIMIT 1", kind, subject);
                return rows.Step() ? JobRows.Read(rows) : null;
            },
            cancellationToken);

    // Most are skipped when what they depend on ends; here those that were added only after that.
    private static void SkipHopeless(WriteTransaction transaction)
    {
        while (JobRows.Ids(
                   transaction.Db,
                   """
                   SELECT j.job_id FROM jobs j
                   WHERE j.state = 0 AND EXISTS (
                     SELECT 1 FROM job_dependencies d JOIN jobs o ON o.job_id = d.depends_on WHERE d.job_id = j.job_id AND o.state IN (4, 5, 6))
                   LIMIT 1
                   """) is [var hopeless])
        {
            JobEnding.End(transaction, hopeless, JobState.Skipped);
        }
    }

    private static Job? Next(SqlConnection db, DateTimeOffset now)
    {
        using var rows = db.Query(
            JobRows.Select +
            """
             WHERE job_id = (
              SELECT MIN(j.job_id) FROM jobs j
              WHERE (j.state = 1 AND j.lease_until <= ?1)
                 OR (j.state = 0 AND j.run_at <= ?1 AND NOT EXISTS (
                   SELECT 1 FROM job_dependencies d JOIN jobs o ON o.job_id = d.depends_on WHERE d.job_id = j.job_id AND o.state <> 3)
                  AND NOT EXISTS (SELECT 1 FROM jobs r WHERE r.state = 1 AND r.kind = j.kind AND r.subject = j.subject)))
            """,
            now);
        return rows.Step() ? JobRows.Read(rows) : null;
    }

    private static Job? Held(SqlConnection db, string id, string owner)
    {
        using var rows = db.Query(JobRows.Select + " WHERE job_id = ?1 AND state = 1 AND lease_owner = ?2", id, owner);
        return rows.Step() ? JobRows.Read(rows) : null;
    }

    private static void StoreProgress(SqlConnection db, string id, JobProgress? progress)
    {
        if (progress is not null)
        {
            db.Run(
                "UPDATE jobs SET done = ?2, total = ?3, message = ?4 WHERE job_id = ?1", id, progress.Done, progress.Total, progress.Message);
        }
    }

    private static void PutBack(WriteTransaction transaction, Job job, DateTimeOffset? retryAt)
    {
        if (job.CancelRequested)
        {
            JobEnding.End(transaction, job.Id, JobState.Cancelled);
            return;
        }

        transaction.Db.Run(
            "UPDATE jobs SET state = 0, run_at = ?2, lease_owner = NULL, lease_until = NULL WHERE job_id = ?1", job.Id, retryAt?.UtcTicks ?? 0L);
    }
}
