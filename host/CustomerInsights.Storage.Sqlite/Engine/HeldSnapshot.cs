using System.Runtime.CompilerServices;

namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>One moment of a database, on a read connection of its own, until it is disposed. One stream at a time.</summary>
internal sealed class HeldSnapshot(SqlConnection db, Action<SqlConnection> giveBack) : IAsyncDisposable
{
    private int _streaming;
    private int _disposed;

    public SqlConnection Db => db;

    /// <summary>Rows, fetched in chunks on the thread pool, so that neither the whole nor a thread is held.</summary>
    /// <exception cref="InvalidOperationException">Another stream is under way.</exception>
    public async IAsyncEnumerable<T> StreamAsync<T>(Func<SqlConnection, IEnumerable<T>> read, int chunk, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (Interlocked.Exchange(ref _streaming, 1) == 1)
        {
            throw new InvalidOperationException("One pass over a snapshot at a time: end the other first.");
        }

        IEnumerator<T>? rows = null;
        try
        {
            rows = read(db).GetEnumerator();
            var buffer = new List<T>(chunk);
            while (true)
            {
                buffer.Clear();
                var more = await Task.Run(() => Fill(rows, buffer, chunk, cancellationToken), cancellationToken);
                foreach (var item in buffer)
                {
                    yield return item;
                }

                if (!more)
                {
                    break;
                }
            }
        }
        finally
        {
            rows?.Dispose();
            Volatile.Write(ref _streaming, 0);
        }
    }

    public ValueTask DisposeAsync()
    {
        if (Interlocked.Exchange(ref _disposed, 1) == 0)
        {
            if (db.InTransaction)
            {
                db.Run("ROLLBACK");
            }

            giveBack(db);
        }

        return ValueTask.CompletedTask;
    }

    private bool Fill<T>(IEnumerator<T> rows, List<T> buffer, int chunk, CancellationToken cancellationToken)
    {
        using var interrupt = cancellationToken.UnsafeRegister(static db => ((SqlConnection)db!).Interrupt(), db);
        while (buffer.Count < chunk)
        {
            if (!rows.MoveNext())
            {
                return false;
            }

            buffer.Add(rows.Current);
        }

        return true;
    }
}
