using CustomerInsights.Storage.Jobs;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Jobs;

/// <summary>
/// What the end of a job means for others: those that depend on it are skipped when it did not succeed, and a parent that waits ends with its last
/// child. All within the transaction that ends the job.
/// </summary>
internal static class JobEnding
{
    /// <summary>Ends a job that has not ended yet.</summary>
    public static void End(WriteTransaction transaction, string id, JobState state)
    {
        var work = new Queue<(string Id, JobState State)>();
        work.Enqueue((id, state));
        while (work.TryDequeue(out var next))
        {
            EndOne(transaction, next.Id, next.State, work);
        }
    }

    /// <summary>Cancels what has not begun, asks the rest to stop; children and (of what had not begun) dependents likewise.</summary>
    public static void Cancel(WriteTransaction transaction, string id)
    {
        var db = transaction.Db;
        var seen = new HashSet<string>(StringComparer.Ordinal) { id };
        var work = new Queue<string>(seen);
        while (work.TryDequeue(out var next))
        {
            if (JobRows.Find(db, next) is not { } job || JobRows.HasEnded(job.State))
            {
                continue;
            }

            db.Run("UPDATE jobs SET cancel_requested = 1 WHERE job_id = ?1", next);
            var affected = JobRows.Ids(db, "SELECT job_id FROM jobs WHERE parent = ?1", next);
            if (job.State == JobState.Queued)
            {
                affected.AddRange(JobRows.Ids(db, "SELECT job_id FROM job_dependencies WHERE depends_on = ?1", next));
            }

            foreach (var other in affected.Where(seen.Add))
            {
                work.Enqueue(other);
            }
        }

        // Only now, so that a dependent of a cancelled job counts as cancelled and not as skipped.
        foreach (var queued in seen.Where(other => JobRows.Find(db, other) is { State: JobState.Queued }).ToList())
        {
            MarkEnded(transaction, queued, JobState.Cancelled);
        }

        foreach (var ended in seen.Where(other => JobRows.Find(db, other) is { State: JobState.Cancelled }).ToList())
        {
            RollUp(transaction, ended);
        }
    }

    /// <summary>Ends a waiting parent whose children have all ended: failed if any failed, cancelled if any was cancelled, else succeeded.</summary>
    public static void RollUpParent(WriteTransaction transaction, string parent)
    {
        if (Outcome(transaction.Db, parent) is { } outcome)
        {
            End(transaction, parent, outcome);
        }
    }

    private static void RollUp(WriteTransaction transaction, string child)
    {
        if (JobRows.Find(transaction.Db, child)?.Parent is { } parent)
        {
            RollUpParent(transaction, parent);
        }
    }

    private static void EndOne(WriteTransaction transaction, string id, JobState state, Queue<(string Id, JobState State)> work)
    {
        var db = transaction.Db;
        MarkEnded(transaction, id, state);
        if (state != JobState.Succeeded)
        {
            foreach (var dependent in JobRows.Ids(
                         db,
                         "SELECT j.job_id FROM job_dependencies d JOIN jobs j ON j.job_id = d.job_id WHERE d.depends_on = ?1 AND j.state = 0",
                         id))
            {
                work.Enqueue((dependent, JobState.Skipped));
            }
        }

        if (JobRows.Find(db, id)?.Parent is { } parent && Outcome(db, parent) is { } outcome)
        {
            work.Enqueue((parent, outcome));
        }
    }

    private static void MarkEnded(WriteTransaction transaction, string id, JobState state) =>
        transaction.Db.Run(
            "UPDATE jobs SET state = ?2, finished_at = ?3, lease_owner = NULL, lease_until = NULL WHERE job_id = ?1 AND state < 3",
            id, (long)state, transaction.Now);

    private static JobState? Outcome(SqlConnection db, string parent)
    {
        using var rows = db.Query(
            """
            SELECT SUM(c.state < 3), SUM(c.state = 4), SUM(c.state = 5)
            FROM jobs p LEFT JOIN jobs c ON c.parent = p.job_id
            WHERE p.job_id = ?1 AND p.state = 2
            GROUP BY p.job_id
            """,
            parent);
        if (!rows.Step() || rows.Long(0) > 0)
        {
            return null;
        }

        return rows.Long(1) > 0 ? JobState.Failed : rows.Long(2) > 0 ? JobState.Cancelled : JobState.Succeeded;
    }
}
