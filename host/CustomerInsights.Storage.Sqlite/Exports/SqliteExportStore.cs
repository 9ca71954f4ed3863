using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Exports;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Exports;

internal sealed class SqliteExportStore(Database database) : IExportStore
{
    private const string List = "export runs";
    private const int Chunk = 1000;

    public IAsyncEnumerable<ExportedMember> ReadExportedAsync(string export, CancellationToken cancellationToken) =>
        database.StreamAsync(
            db => ProfileStreams.Rows(
                db,
                "SELECT profile_id, document FROM exported WHERE export = ?1 ORDER BY profile_id",
                row => new ExportedMember(row.Id(0), row.Blob(1)),
                export),
            Chunk,
            cancellationToken);

    public ValueTask<IReadOnlyList<string>> OfProfileAsync(ProfileId profile, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<string>>(
            db => [.. ProfileStreams.Rows(
                db,
                "SELECT s.export FROM export_state s WHERE EXISTS (SELECT 1 FROM exported x WHERE x.export = s.export AND x.profile_id = ?1) ORDER BY s.export",
                row => row.Text(0),
                profile)],
            cancellationToken);

    public ValueTask<ExportPlan?> FindPlanAsync(string export, CancellationToken cancellationToken) =>
        database.ReadAsync(db => ExportRows.Plan(db, export), cancellationToken);

    public ValueTask<ExportPlan> SavePlanAsync(
        string export, string jobId, string fieldsJson, IReadOnlyList<IReadOnlyList<PlannedMember>> batches, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                var db = transaction.Db;
                if (ExportRows.Plan(db, export) is { } other)
                {
                    throw new StoreConflictException(
                        $"Export '{export}' has a plan under way already (generation {other.Generation}, job {other.JobId}): commit or abandon it first.");
                }

                var generation = (db.Number("SELECT last_generation FROM export_state WHERE export = ?1", export) ?? 0) + 1;
                db.Run(
                    """
                    INSERT INTO export_plans(export, generation, job_id, fields_json, batch_count, next_batch, member_count, created_at)
                    VALUES (?1, ?2, ?3, ?4, ?5, 0, ?6, ?7)
                    """,
                    export, generation, jobId, fieldsJson, batches.Count, batches.Sum(batch => (long)batch.Count), transaction.Now);
                for (var number = 0; number < batches.Count; number++)
                {
                    foreach (var member in batches[number])
                    {
                        db.Run(
                            "INSERT INTO export_planned(export, batch, change, profile_id, document) VALUES (?1, ?2, ?3, ?4, ?5)",
                            export, number, member.Change, member.Profile, member.Document);
                    }
                }

                return ExportRows.Plan(db, export)!;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<PlannedMember>?> ReadBatchAsync(string export, int batch, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyList<PlannedMember>?>(
            db => ExportRows.Plan(db, export) is { } plan && batch >= 0 && batch < plan.BatchCount
                ? [.. ProfileStreams.Rows(
                    db,
                    "SELECT profile_id, change, document FROM export_planned WHERE export = ?1 AND batch = ?2 ORDER BY planned_no",
                    row => new PlannedMember(row.Id(0), row.Int(1), row.Blob(2)),
                    export,
                    batch)]
                : null,
            cancellationToken);

    public ValueTask AdvanceAsync(string export, int nextBatch, IReadOnlyList<RefusedMember> refused, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                ExportRows.RequirePlan(transaction.Db, export);
                transaction.Db.Run("UPDATE export_plans SET next_batch = ?2 WHERE export = ?1 AND next_batch < ?2", export, nextBatch);
                foreach (var member in refused)
                {
                    // A batch that is repeated after a crash may be refused in part again.
                    transaction.Db.Run(
                        "INSERT OR REPLACE INTO export_refused(export, profile_id, retryable, reason) VALUES (?1, ?2, ?3, ?4)",
                        export, member.Profile, member.Retryable, member.Reason);
                }
            },
            cancellationToken);

    public ValueTask CommitAsync(string export, ExportRun run, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                var plan = ExportRows.RequirePlan(transaction.Db, export);
                ExportRows.TakeOver(transaction.Db, export);
                transaction.Db.Run(
                    """
                    INSERT INTO export_state(export, last_generation) VALUES (?1, ?2)
                    ON CONFLICT(export) DO UPDATE SET last_generation = excluded.last_generation
                    """,
                    export, plan.Generation);
                ExportRows.DropPlan(transaction.Db, export);
                ExportRows.AddRun(transaction.Db, export, run);
            },
            cancellationToken);

    public ValueTask AbandonAsync(string export, ExportRun run, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                ExportRows.DropPlan(transaction.Db, export);
                ExportRows.AddRun(transaction.Db, export, run);
            },
            cancellationToken);

    public ValueTask<Page<ExportRun>> ListRunsAsync(string export, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Number(List, after) ?? long.MaxValue;
        return database.ReadAsync(
            db =>
            {
                using var rows = db.Query(
                    """
                    SELECT job_id, generation, succeeded, added, changed, removed, refused, summary, details_json, started_at, ended_at, run_no
                    FROM export_runs WHERE export = ?1 AND run_no < ?2 ORDER BY run_no DESC LIMIT ?3
                    """,
                    export, behind, limit + 1L);
                return Paging.Page(rows, limit, ExportRows.Run, List, numberColumn: 11);
            },
            cancellationToken);
    }

    public ValueTask DeleteAsync(string export, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                ExportRows.DropPlan(transaction.Db, export);
                transaction.Db.Run("DELETE FROM exported WHERE export = ?1", export);
                transaction.Db.Run("DELETE FROM export_runs WHERE export = ?1", export);
                transaction.Db.Run("DELETE FROM export_state WHERE export = ?1", export);
            },
            cancellationToken);
}
