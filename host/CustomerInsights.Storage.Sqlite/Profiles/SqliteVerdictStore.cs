using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Profiles;

internal sealed class SqliteVerdictStore(Database database) : IVerdictStore
{
    private const string List = "verdicts";

    private const string Select =
        """
        SELECT v.verdict_id, t.name, v.kind, v.left_node, v.right_node, v.note, v.entry, v.at, v.principal, v.undone_at, v.undone_by, v.verdict_no
        FROM verdicts v JOIN profile_types t ON t.type_no = v.type_no
        """;

    public ValueTask<Page<Verdict>> ListAsync(VerdictQuery query, string? after, int limit, CancellationToken cancellationToken)
    {
        var before = Cursor.Number(List, after) ?? long.MaxValue;
        return database.SnapshotAsync(
            db =>
            {
                using var rows = db.Query(
                    Select + """
                     WHERE v.verdict_no < ?1 AND (?2 IS NULL OR t.name = ?2) AND (?3 IS NULL OR v.kind = ?3)
                     AND (?4 IS NULL OR (v.undone_at IS NULL) = ?4) ORDER BY v.verdict_no DESC LIMIT ?5
                    """,
                    before, query.ProfileType, (long?)query.Kind, query.InForce is { } inForce ? inForce : default(SqlValue), limit + 1L);
                return Paging.Page(rows, limit, Read, List, 11);
            },
            cancellationToken);
    }

    public ValueTask<Verdict?> FindAsync(string id, CancellationToken cancellationToken) =>
        database.ReadAsync(db => ProfileStreams.Rows(db, Select + " WHERE v.verdict_id = ?1", Read, id).FirstOrDefault(), cancellationToken);

    public ValueTask<Verdict?> FindUndoAsync(long entry, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db => ProfileStreams.Rows(db, Select + " WHERE v.entry = ?1 AND v.undone_at IS NULL", Read, entry).FirstOrDefault(), cancellationToken);

    public ValueTask<bool> TakeBackAsync(string id, string principal, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Db.Number("SELECT type_no FROM verdicts WHERE verdict_id = ?1", id) is { } type
                && new VerdictWriting(transaction, type).TakeBack(id, principal),
            cancellationToken);

    private static Verdict Read(SqlStatement row) => new(
        row.Text(0),
        row.Text(1),
        (VerdictKind)row.Int(2),
        row.Long(3),
        row.Long(4),
        row.TextOrNull(5),
        row.LongOrNull(6),
        row.Time(7),
        row.Text(8),
        row.TimeOrNull(9),
        row.TextOrNull(10));
}
