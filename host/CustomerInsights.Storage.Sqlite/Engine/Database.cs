using Microsoft.Extensions.Logging;

namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>A database file: its one writer and its readers.</summary>
internal sealed class Database : IAsyncDisposable
{
    private const int ReaderCacheKib = 16 * 1024;

    private readonly ReadPool _readers;
    private readonly SqliteWriter _writer;

    private readonly string _path;

    private Database(string path, ReadPool readers, SqliteWriter writer, Counters counters, RecentMoves recent) =>
        (_path, _readers, _writer, Feed, Moves, Recent) = (path, readers, writer, counters.Feed, counters.Moves, recent);

    /// <summary>How far the change feed is committed.</summary>
    public Watermark Feed { get; }

    /// <summary>How far moves in and out of segments are committed.</summary>
    public Watermark Moves { get; }

    /// <summary>The last moves in and out of segments.</summary>
    public RecentMoves Recent { get; }

    public static Database Open(string directory, string name, int cacheKib, TimeProvider time, ILogger logger)
    {
        var path = Path.Combine(directory, name + ".db");
        var connection = SqlConnection.Open(path, readOnly: false, cacheKib);
        try
        {
            Migrator.Migrate(connection, name, logger);
            var counters = Counters.Load(connection);
            var recent = new RecentMoves(counters.Last(Counter.Move));
            var writer = new SqliteWriter(name, connection, () => SqlConnection.Open(path, readOnly: false, cacheKib: 64), counters, recent, time, logger);
            return new Database(path, new ReadPool(path, Math.Max(4, 2 * Environment.ProcessorCount), ReaderCacheKib), writer, counters, recent);
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    public ValueTask<T> ReadAsync<T>(Func<SqlConnection, T> read, CancellationToken cancellationToken) => _readers.ReadAsync(read, cancellationToken);

    /// <summary>A read of several statements that must see one moment.</summary>
    public ValueTask<T> SnapshotAsync<T>(Func<SqlConnection, T> read, CancellationToken cancellationToken) =>
        _readers.ReadAsync(read, cancellationToken, snapshot: true);

    public IAsyncEnumerable<T> StreamAsync<T>(Func<SqlConnection, IEnumerable<T>> read, int chunk, CancellationToken cancellationToken) =>
        _readers.StreamAsync(read, chunk, cancellationToken);

    /// <summary>A moment that is kept until it is given back.</summary>
    public ValueTask<HeldSnapshot> HoldAsync(CancellationToken cancellationToken) => _readers.HoldAsync(cancellationToken);

    public ValueTask<T> WriteAsync<T>(Func<WriteTransaction, T> work, CancellationToken cancellationToken) => _writer.WriteAsync(work, cancellationToken);

    public ValueTask WriteAsync(Action<WriteTransaction> work, CancellationToken cancellationToken) => _writer.WriteAsync(work, cancellationToken);

    /// <summary>A write in which whatever is deleted is overwritten, pages that become free with it.</summary>
    public ValueTask<T> WriteSecurelyAsync<T>(Func<WriteTransaction, T> work, CancellationToken cancellationToken) => _writer.WriteAsync(
        transaction =>
        {
            transaction.Db.SecureDelete(whole: true);
            try
            {
                return work(transaction);
            }
            finally
            {
                transaction.Db.SecureDelete(whole: false);
            }
        },
        cancellationToken);

    /// <summary>Folds the write-ahead log away, on a connection of its own; false when readers did not let go of it.</summary>
    public Task<bool> FoldAsync(CancellationToken cancellationToken) => Task.Run(
        () =>
        {
            using var db = SqlConnection.Open(_path, readOnly: false, cacheKib: 64);
            return db.Truncate();
        },
        cancellationToken);

    public async ValueTask DisposeAsync()
    {
        _readers.Dispose();
        await _writer.DisposeAsync(); // Last, so that closing it folds the WAL into the database file.
    }
}
