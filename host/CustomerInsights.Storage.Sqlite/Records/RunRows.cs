using System.Globalization;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Records;

/// <summary>Runs to and from their rows.</summary>
internal static class RunRows
{
    public const string Select =
        """
        SELECT run_no, stream_no, job_id, is_full, state_version, state_json, outcome, started_at, ended_at,
          read_count, new_count, changed_count, unchanged_count, deleted_count, rejected_count, epoch, orphans
        FROM runs
        """;

    public static StreamRun Read(SqlStatement row) => new(
        row.Long(0),
        row.Int(1),
        row.Text(2),
        row.Flag(3),
        Resuming: false,
        State(row, 4),
        new RecordCounts(row.Long(9), row.Long(10), row.Long(11), row.Long(12), row.Long(13), row.Long(14)),
        row.IsNull(6) ? null : (StreamRunOutcome)row.Int(6),
        row.Time(7),
        row.TimeOrNull(8));

    public static ConnectorState? State(SqlStatement row, int column) =>
        row.IsNull(column) ? null : new ConnectorState(row.Int(column), row.Text(column + 1));

    public static long Epoch(SqlStatement row) => row.Long(15);

    public static HashSet<long> Orphans(SqlStatement row) =>
        [.. row.Text(16).Split(' ', StringSplitOptions.RemoveEmptyEntries).Select(text => long.Parse(text, CultureInfo.InvariantCulture))];

    public static string OrphanText(IEnumerable<long> orphans) => string.Join(' ', orphans.Order().Select(epoch => epoch.ToString(CultureInfo.InvariantCulture)));

    public static void StoreCounts(SqlConnection db, RunState run) =>
        db.Run(
            """
            UPDATE runs SET epoch = ?2, read_count = ?3, new_count = ?4, changed_count = ?5, unchanged_count = ?6, deleted_count = ?7, rejected_count = ?8
            WHERE run_no = ?1
            """,
            run.Id, run.Epoch, run.Counts.Read, run.Counts.New, run.Counts.Changed, run.Counts.Unchanged, run.Counts.Deleted, run.Counts.Rejected);
}
