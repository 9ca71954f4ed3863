using CustomerInsights.Storage.Events;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Events;

internal sealed class SqliteEventLog(Database database, TimeProvider time) : IEventLog
{
    private const int TrimRows = 5000;
    private const string LastPosition = "SELECT seq FROM sqlite_sequence WHERE name = 'events'";

    public ValueTask<long> AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> events, CancellationToken cancellationToken)
    {
        var received = time.GetUtcNow();
        return database.WriteAsync(
            transaction =>
            {
                using var insert = transaction.Db.Query("INSERT INTO events(received_at, body) VALUES (?1, ?2)", received);
                foreach (var body in events)
                {
                    insert.Bind(2, body.Span);
                    insert.Run();
                }

                return transaction.Db.Number(LastPosition) ?? 0;
            },
            cancellationToken);
    }

    public ValueTask<long> BeginAfterAsync(long position, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                if ((transaction.Db.Number(LastPosition) ?? -1) < position
                    && transaction.Db.Run("UPDATE sqlite_sequence SET seq = ?1 WHERE name = 'events'", position) == 0)
                {
                    transaction.Db.Run("INSERT INTO sqlite_sequence(name, seq) VALUES ('events', ?1)", position);
                }

                return transaction.Db.Number(LastPosition) ?? 0;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<LoggedEvent>> ReadAsync(long after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<LoggedEvent>>(
            db => [.. ProfileStreams.Rows(
                db,
                "SELECT position, received_at, body FROM events WHERE position > ?1 ORDER BY position LIMIT ?2",
                row => new LoggedEvent(row.Long(0), row.Time(1), row.Blob(2)),
                after,
                limit)],
            cancellationToken);

    public async ValueTask TrimAsync(long upTo, CancellationToken cancellationToken)
    {
        // In steps, so that events that arrive meanwhile are not kept waiting.
        while (await database.WriteAsync(
                   transaction => transaction.Db.Run(
                       "DELETE FROM events WHERE position IN (SELECT position FROM events WHERE position <= ?1 ORDER BY position LIMIT ?2)",
                       upTo, TrimRows),
                   cancellationToken) == TrimRows)
        {
            cancellationToken.ThrowIfCancellationRequested();
        }
    }

    public ValueTask<int> DeleteAsync(IReadOnlyCollection<long> positions, CancellationToken cancellationToken) =>
        database.WriteSecurelyAsync(transaction => positions.Sum(position => transaction.Db.Run("DELETE FROM events WHERE position = ?1", position)), cancellationToken);
}
