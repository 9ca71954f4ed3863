using CustomerInsights.Storage.Jobs;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Jobs;

/// <summary>Jobs to and from their rows.</summary>
internal static class JobRows
{
    public const string Select =
        """
        SELECT job_id, kind, subject, parent, parameters, state, done, total, message, checkpoint, attempts, result,
          error_kind, error_message, cancel_requested, created_by, created_at, started_at, finished_at
        FROM jobs
        """;

    public static Job Read(SqlStatement row) => new()
    {
        Id = row.Text(0),
        Kind = row.Text(1),
        Subject = row.TextOrNull(2),
        Parent = row.TextOrNull(3),
        Parameters = row.Text(4),
        State = (JobState)row.Int(5),
        Progress = new JobProgress(row.Long(6), row.LongOrNull(7), row.TextOrNull(8)),
        Checkpoint = row.TextOrNull(9),
        Attempts = row.Int(10),
        Result = row.TextOrNull(11),
        Error = row.TextOrNull(12) is { } kind ? new JobError(kind, row.TextOrNull(13) ?? "") : null,
        CancelRequested = row.Flag(14),
        CreatedBy = row.Text(15),
        CreatedAt = row.Time(16),
        StartedAt = row.TimeOrNull(17),
        FinishedAt = row.TimeOrNull(18),
    };

    public static Job? Find(SqlConnection db, string id)
    {
        using var rows = db.Query(Select + " WHERE job_id = ?1", id);
        return rows.Step() ? Read(rows) : null;
    }

    public static void Insert(SqlConnection db, NewJob job)
    {
        db.Run(
            """
            INSERT INTO jobs(job_id, kind, subject, parent, parameters, state, created_by, created_at)
            VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7)
            """,
            job.Id, job.Kind, job.Subject, job.Parent, job.Parameters, job.CreatedBy, job.CreatedAt);
        foreach (var dependency in job.DependsOn)
        {
            db.Run("INSERT OR IGNORE INTO job_dependencies(job_id, depends_on) VALUES (?1, ?2)", job.Id, dependency);
        }
    }

    public static bool HasEnded(JobState state) => state >= JobState.Succeeded;

    /// <summary>Ids in the first column.</summary>
    public static List<string> Ids(SqlConnection db, string sql, params ReadOnlySpan<SqlValue> values)
    {
        using var rows = db.Query(sql, values);
        var ids = new List<string>();
        while (rows.Step())
        {
            ids.Add(rows.Text(0));
        }

        return ids;
    }
}
