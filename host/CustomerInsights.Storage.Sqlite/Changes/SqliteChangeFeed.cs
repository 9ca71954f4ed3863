using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Changes;

internal sealed class SqliteChangeFeed(Database database) : IChangeFeed
{
    private const int TrimRows = 10_000;

    // The counter and not the last row: that one may have been trimmed.
    public ValueTask<long> LastAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.Number("SELECT value FROM counters WHERE counter = ?1", (long)Counter.Feed) ?? 0, cancellationToken);

    public ValueTask<IReadOnlyList<Change>> ReadAsync(long after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<Change>>(
            db => [.. ProfileStreams.Rows(
                db,
                "SELECT f.seq, f.kind, f.id, t.name FROM feed f LEFT JOIN activity_types t ON t.type_no = f.type_no WHERE f.seq > ?1 ORDER BY f.seq LIMIT ?2",
                row => new Change(row.Long(0), (ChangeKind)row.Int(1), row.Long(2), row.TextOrNull(3)),
                after,
                limit)],
            cancellationToken);

    public ValueTask<IReadOnlyList<Change>> LatestAsync(long after, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<Change>>(
            db => [.. ProfileStreams.Rows(
                db,
                """
                SELECT f.seq, f.kind, t.name FROM (SELECT MAX(seq) AS seq, kind, type_no FROM feed WHERE seq > ?1 GROUP BY kind, type_no) f
                LEFT JOIN activity_types t ON t.type_no = f.type_no
                """,
                row => new Change(row.Long(0), (ChangeKind)row.Int(1), 0, row.TextOrNull(2)),
                after)],
            cancellationToken);

    public ValueTask WaitAsync(long after, CancellationToken cancellationToken) => database.Feed.WaitAsync(after, cancellationToken);

    public ValueTask<long> PositionAsync(string consumer, CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.Number("SELECT position FROM feed_positions WHERE consumer = ?1", consumer) ?? 0, cancellationToken);

    public ValueTask AdvanceAsync(string consumer, long position, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => Advance(transaction.Db, consumer, position), cancellationToken);

    /// <summary>Moves a consumer on within another write.</summary>
    internal static void Advance(SqlConnection db, string consumer, long position) => db.Run(
        """
        INSERT INTO feed_positions(consumer, position) VALUES (?1, ?2)
        ON CONFLICT(consumer) DO UPDATE SET position = excluded.position WHERE position < excluded.position
        """,
        consumer, position);

    public async ValueTask TrimAsync(CancellationToken cancellationToken)
    {
        // In steps: a million rows would hold the writer for a second.
        while (await database.WriteAsync(
                   transaction => transaction.Db.Run(
                       """
                       DELETE FROM feed WHERE seq IN (
                         SELECT seq FROM feed WHERE seq <= (SELECT MIN(position) FROM feed_positions) ORDER BY seq LIMIT ?1)
                       """,
                       TrimRows),
                   cancellationToken) == TrimRows)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }
}
