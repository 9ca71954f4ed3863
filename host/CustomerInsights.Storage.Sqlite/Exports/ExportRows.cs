using CustomerInsights.Storage.Exports;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Exports;

/// <summary>Plans and runs of exports, to and from their rows.</summary>
internal static class ExportRows
{
    private const int RemovedChange = 2;

    public static ExportPlan? Plan(SqlConnection db, string export)
    {
        using var rows = db.Query(
            "SELECT generation, job_id, fields_json, batch_count, next_batch, member_count, created_at FROM export_plans WHERE export = ?1", export);
        return rows.Step()
            ? new ExportPlan(export, rows.Long(0), rows.Text(1), rows.Text(2), rows.Int(3), rows.Int(4), rows.Long(5), rows.Time(6))
            : null;
    }

    public static ExportPlan RequirePlan(SqlConnection db, string export) =>
        Plan(db, export) ?? throw new StoreConflictException($"Export '{export}' has no plan under way.");

    public static ExportRun Run(SqlStatement row) => new(
        row.Text(0), row.Long(1), row.Flag(2), row.Long(3), row.Long(4), row.Long(5), row.Long(6), row.Text(7), row.Text(8), row.Time(9), row.Time(10));

    public static void AddRun(SqlConnection db, string export, ExportRun run) =>
        db.Run(
            """
            INSERT INTO export_runs(export, job_id, generation, succeeded, added, changed, removed, refused, summary, details_json, started_at, ended_at)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10, ?11, ?12)
            """,
            export, run.JobId, run.Generation, run.Succeeded, run.Added, run.Changed, run.Removed, run.Refused, run.Summary, run.DetailsJson,
            run.StartedAt, run.EndedAt);

    public static void DropPlan(SqlConnection db, string export)
    {
        db.Run("DELETE FROM export_planned WHERE export = ?1", export);
        db.Run("DELETE FROM export_refused WHERE export = ?1", export);
        db.Run("DELETE FROM export_plans WHERE export = ?1", export);
    }

    // A refused member that may be retried stays as it was last exported, so that the next run finds the same difference and sends it again. One that may
    // not is taken as sent: only a new difference brings it up again.
    public static void TakeOver(SqlConnection db, string export)
    {
        const string NotRefused =
            "NOT EXISTS (SELECT 1 FROM export_refused r WHERE r.export = ?1 AND r.profile_id = p.profile_id AND r.retryable = 1)";
        db.Run(
            $"""
             DELETE FROM exported WHERE export = ?1 AND profile_id IN (
               SELECT p.profile_id FROM export_planned p WHERE p.export = ?1 AND p.change = {RemovedChange} AND {NotRefused})
             """,
            export);
        db.Run(
            $"""
             INSERT OR REPLACE INTO exported(export, profile_id, document)
             SELECT p.export, p.profile_id, p.document FROM export_planned p WHERE p.export = ?1 AND p.change <> {RemovedChange} AND {NotRefused}
             """,
            export);
    }
}
