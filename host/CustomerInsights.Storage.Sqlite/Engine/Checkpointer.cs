using Microsoft.Extensions.Logging;

namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>
/// Brings what the write-ahead log gathered into the database file, on a thread and a connection of its own. In small steps: a commit that comes
/// while the disk takes 32 MiB waits for them, one that comes while it takes one does not notice. The log can begin anew only when nothing in it is left
/// to bring over, which beside a busy writer seldom happens; so the writer does the last bit by itself, between two transactions, when little is left.
/// </summary>
internal sealed class Checkpointer : IDisposable
{
    // Pages of 4 KiB written to the log: a step, and where the log is to begin anew. Short enough to keep reads fast.
    private const long Step = 256;
    private const long Long = 8192;

    // So much is a matter of a millisecond or two.
    private const int SmallRest = 64;

    private readonly SemaphoreSlim _asked = new(0);
    private readonly SqlConnection _db;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _name;
    private readonly Thread _thread;
    private volatile bool _running;
    private volatile bool _restIsSmall;
    private volatile bool _stopping;
    private long _step = Step;
    private long _stepped;
    private bool _asking;
    private long _begun;

    /// <param name="name">The database's, for logs and the thread's name.</param>
    /// <param name="db">The connection for checkpoints; it closes it.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of failures.</param>
    public Checkpointer(string name, SqlConnection db, TimeProvider time, ILogger logger)
    {
        (_name, _db, _time, _logger) = (name, db, time, logger);
        _thread = new Thread(Loop) { IsBackground = true, Name = $"{name} checkpointer" };
        _thread.Start();
    }

    /// <summary>From the writer's thread, after each commit, with its connection.</summary>
    public void Committed(SqlConnection writer)
    {
        if (_running)
        {
            return;
        }

        var pages = writer.PagesWritten;
        if (_asking)
        {
            // Twice what was written meanwhile: it must not be at it all the time, when as much comes in as the disk takes.
            _asking = false;
            _step = Math.Clamp(2 * (pages - _stepped), Step, Long);
        }

        if (_restIsSmall && pages - _begun >= Long)
        {
            _restIsSmall = false;
            _begun = _stepped = pages;
            var began = _time.GetTimestamp();
            Bring(writer);
            StoreTelemetry.Rest.Of(_name, _time.GetElapsedTime(began));
        }
        else if (pages - _stepped >= _step)
        {
            _stepped = pages;
            _restIsSmall = false;
            _running = _asking = true;
            _asked.Release();
        }
    }

    /// <summary>Ends the thread and closes its connection; the writer's own must be closed after it, which folds the whole log.</summary>
    public void Dispose()
    {
        _stopping = true;
        _asked.Release();
        _thread.Join();
    }

    private void Loop()
    {
        try
        {
            while (true)
            {
                _asked.Wait();
                if (_stopping)
                {
                    return;
                }

                var began = _time.GetTimestamp();
                _restIsSmall = Bring(_db) is <= SmallRest;
                StoreTelemetry.Checkpoint.Of(_name, _time.GetElapsedTime(began));
                _running = false;
            }
        }
        finally
        {
            _db.Dispose();
        }
    }

    // The pages that are left; null when it could not be done now.
    private int? Bring(SqlConnection db)
    {
        try
        {
            return db.Checkpoint();
        }
        catch (Exception failure)
        {
            // A full disk. Nothing is lost, the log has it all; and a write that finds no room tells its caller.
            SqliteStoreLog.CheckpointFailed(_logger, failure, _name);
            return null;
        }
    }
}
