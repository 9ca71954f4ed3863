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
                "SELECT seq, kind, id FROM feed WHERE seq > ?1 ORDER BY seq LIMIT ?2",
                row => new Change(row.Long(0), (ChangeKind)row.Int(1), row.Long(2)),
                after,
                limit)],
            cancellationToken);

    public ValueTask<long> PositionAsync(string consumer, CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.Number("SELECT position FROM feed_positions WHERE consumer = ?1", consumer) ?? 0, cancellationToken);

    public ValueTask AdvanceAsync(string consumer, long position, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Db.Run(
                """
                INSERT INTO feed_positions(consumer, position) VALUES (?1, ?2)
                ON CONFLICT(consumer) DO UPDATE SET position = excluded.position WHERE position < excluded.position
                """,
                consumer, position),
            cancellationToken).AsCompletion();

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
