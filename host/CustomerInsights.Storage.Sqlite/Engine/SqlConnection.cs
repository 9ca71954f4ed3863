using SQLitePCL;

namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>
/// A connection with its prepared statements; one thread at a time. Straight over SQLitePCLRaw: ADO.NET's layer costs more per row than SQLite does.
/// </summary>
internal sealed class SqlConnection : IDisposable
{
    // SQLITE_DBSTATUS_CACHE_WRITE.
    private const int CacheWrites = 9;

    private readonly sqlite3 _handle;
    private readonly Dictionary<string, SqlStatement> _statements = new(StringComparer.Ordinal);

    static SqlConnection() => Batteries_V2.Init();

    private SqlConnection(sqlite3 handle) => _handle = handle;

    /// <summary>Rows that the last statement changed.</summary>
    public int Changes => raw.sqlite3_changes(_handle);

    /// <summary>Rows changed since the connection was opened.</summary>
    public long TotalChanges => raw.sqlite3_total_changes(_handle);

    /// <summary>Pages written to the write-ahead log since the connection was opened.</summary>
    public long PagesWritten => raw.sqlite3_db_status(_handle, CacheWrites, out var pages, out _, 0) == raw.SQLITE_OK ? pages : 0;

    /// <summary>True inside a transaction; SQLite ends one by itself after some errors (disk full).</summary>
    public bool InTransaction => raw.sqlite3_get_autocommit(_handle) == 0;

    public static SqlConnection Open(string path, bool readOnly, int cacheKib)
    {
        // NOMUTEX: nobody shares a connection. A reader opens for writing too, because only then can it recover a WAL; query_only guards it.
        var flags = raw.SQLITE_OPEN_READWRITE | raw.SQLITE_OPEN_NOMUTEX | (readOnly ? 0 : raw.SQLITE_OPEN_CREATE);
        var code = raw.sqlite3_open_v2(path, out var handle, flags, null);
        var connection = new SqlConnection(handle);
        try
        {
            if (code != raw.SQLITE_OK)
            {
                throw connection.Failure(code);
            }

            raw.sqlite3_extended_result_codes(handle, 1);
            connection.Script($"PRAGMA busy_timeout = 10000; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -{cacheKib};");

            // FULL: in WAL mode NORMAL may lose the last commits when power fails, and what was acknowledged is never lost.
            // The WAL is checkpointed by a thread of its own, see Checkpointer; by the writer only when that thread is far behind.
            // FAST: what is deleted within a page is overwritten, which costs no write more. An erasure has whole pages overwritten, see SecureDelete.
            connection.Script(readOnly
                ? "PRAGMA query_only = ON;"
                : "PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA secure_delete = FAST; PRAGMA wal_autocheckpoint = 32768; PRAGMA journal_size_limit = 67108864;");
            return connection;
        }
        catch
        {
            connection.Dispose();
            throw;
        }
    }

    /// <summary>A statement with its values, to be stepped. Dispose it.</summary>
    public SqlStatement Query(string sql, params ReadOnlySpan<SqlValue> values)
    {
        if (_statements.TryGetValue(sql, out var cached) && !cached.InUse)
        {
            cached.InUse = true;
            return cached.BindAll(values);
        }

        var code = raw.sqlite3_prepare_v3(_handle, sql, raw.SQLITE_PREPARE_PERSISTENT, out var handle);
        if (code != raw.SQLITE_OK)
        {
            throw Failure(code);
        }

        var statement = new SqlStatement(this, handle, cached: cached is null) { InUse = true };
        if (cached is null)
        {
            _statements.Add(sql, statement);
        }

        return statement.BindAll(values);
    }

    /// <summary>Runs a statement that gives no rows.</summary>
    /// <returns>The rows that it changed.</returns>
    public int Run(string sql, params ReadOnlySpan<SqlValue> values)
    {
        using var statement = Query(sql, values);
        return statement.Run();
    }

    /// <summary>The first column of the first row as a number; null when there is no row or it is NULL.</summary>
    public long? Number(string sql, params ReadOnlySpan<SqlValue> values)
    {
        using var statement = Query(sql, values);
        return statement.Step() ? statement.LongOrNull(0) : null;
    }

    /// <summary>Runs statements that are not worth keeping.</summary>
    public void Script(string sql)
    {
        var code = raw.sqlite3_exec(_handle, sql);
        if (code != raw.SQLITE_OK)
        {
            throw Failure(code);
        }
    }

    /// <summary>Brings over what the write-ahead log has, as far as no reader needs what it replaces, and waits for nobody.</summary>
    /// <returns>The pages in the log that are still to be brought over; null when another connection is about it.</returns>
    public int? Checkpoint()
    {
        var code = raw.sqlite3_wal_checkpoint_v2(_handle, "main", raw.SQLITE_CHECKPOINT_PASSIVE, out var inLog, out var done);
        return (code & 0xFF) switch
        {
            raw.SQLITE_OK => Math.Max(0, inLog - done),
            raw.SQLITE_BUSY => null,
            _ => throw Failure(code),
        };
    }

    /// <summary>Folds the write-ahead log into the database file and cuts it to nothing; waits for readers as long as the busy timeout.</summary>
    /// <returns>False when another connection kept it from that.</returns>
    public bool Truncate()
    {
        var code = raw.sqlite3_wal_checkpoint_v2(_handle, "main", raw.SQLITE_CHECKPOINT_TRUNCATE, out _, out _);
        return (code & 0xFF) switch
        {
            raw.SQLITE_OK => true,
            raw.SQLITE_BUSY => false,
            _ => throw Failure(code),
        };
    }

    /// <summary>Whether pages that become free are overwritten, too.</summary>
    public void SecureDelete(bool whole) => Script(whole ? "PRAGMA secure_delete = ON" : "PRAGMA secure_delete = FAST");

    /// <summary>Makes a running statement stop; the only member that another thread may call.</summary>
    public void Interrupt() => raw.sqlite3_interrupt(_handle);

    public void Dispose()
    {
        foreach (var statement in _statements.Values)
        {
            statement.Close();
        }

        _statements.Clear();
        _handle.Dispose();
    }

    internal Exception Failure(int code) => (code & 0xFF) switch
    {
        raw.SQLITE_INTERRUPT => new OperationCanceledException("The query was cancelled."),
        raw.SQLITE_FULL => new StoreFullException(),
        _ => new SqliteStoreException($"SQLite: {raw.sqlite3_errmsg(_handle).utf8_to_string()} ({code}).", code),
    };
}
