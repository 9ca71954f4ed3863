using System.Collections.Concurrent;
using System.Runtime.CompilerServices;

namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>
/// Read connections. Short reads wait for their turn; streams have a connection each for as long as they run, because a stream that waits for
/// another one of its own consumer would wait forever.
/// </summary>
internal sealed class ReadPool(string path, int concurrency, int cacheKib) : IDisposable
{
    private readonly ConcurrentBag<SqlConnection> _idle = [];
    private readonly SemaphoreSlim _turns = new(concurrency);
    private volatile bool _closed;

    /// <summary>One short read, on the thread pool. Several statements see one moment only when <paramref name="snapshot"/> is asked.</summary>
    public async ValueTask<T> ReadAsync<T>(Func<SqlConnection, T> read, CancellationToken cancellationToken, bool snapshot = false)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        await _turns.WaitAsync(cancellationToken);
        try
        {
            return await Task.Run(() => Read(read, snapshot, cancellationToken), cancellationToken);
        }
        finally
        {
            _turns.Release();
        }
    }

    /// <summary>Rows of one moment, fetched in chunks on the thread pool, so that neither the whole nor a thread is held.</summary>
    public async IAsyncEnumerable<T> StreamAsync<T>(
        Func<SqlConnection, IEnumerable<T>> read, int chunk, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await using var held = Hold();
        await foreach (var item in held.StreamAsync(read, chunk, cancellationToken))
        {
            yield return item;
        }
    }

    /// <summary>A moment that is kept until it is given back, to be read as often as wanted.</summary>
    public async ValueTask<HeldSnapshot> HoldAsync(CancellationToken cancellationToken)
    {
        var held = Hold();
        try
        {
            // A transaction sees the moment of its first read, not of its beginning.
            await Task.Run(() => held.Db.Number("SELECT COUNT(*) FROM counters"), cancellationToken);
            return held;
        }
        catch
        {
            await held.DisposeAsync();
            throw;
        }
    }

    private HeldSnapshot Hold()
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        var db = Rent();
        try
        {
            db.Run("BEGIN");
            return new HeldSnapshot(db, Return);
        }
        catch
        {
            Return(db);
            throw;
        }
    }

    public void Dispose()
    {
        _closed = true;
        while (_idle.TryTake(out var db))
        {
            db.Dispose();
        }
    }

    private T Read<T>(Func<SqlConnection, T> read, bool snapshot, CancellationToken cancellationToken)
    {
        var db = Rent();
        try
        {
            // The registration ends before the connection goes to the next reader, so that no late interrupt hits another query.
            using (cancellationToken.UnsafeRegister(static db => ((SqlConnection)db!).Interrupt(), db))
            {
                if (!snapshot)
                {
                    return read(db);
                }

                db.Run("BEGIN");
                return read(db);
            }
        }
        finally
        {
            if (db.InTransaction)
            {
                db.Run("ROLLBACK");
            }

            Return(db);
        }
    }

    private SqlConnection Rent() => _idle.TryTake(out var db) ? db : SqlConnection.Open(path, readOnly: true, cacheKib);

    private void Return(SqlConnection db)
    {
        _idle.Add(db);
        if (_closed || _idle.Count > 2 * concurrency)
        {
            if (_idle.TryTake(out var surplus))
            {
                surplus.Dispose();
            }
        }
    }
}
