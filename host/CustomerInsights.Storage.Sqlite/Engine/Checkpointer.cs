using Microsoft.Extensions.Logging;

namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>
/// Brings what the write-ahead log gathered into the database file, on a thread and a connection of its own: the 32 MiB of a checkpoint take tens of
/// milliseconds, for which no writer should have to wait. The log can begin anew only when nothing in it is left to bring over, which beside a busy
/// writer never happens; so the writer does the rest by itself, after its next commit, when the rest is small.
/// </summary>
internal sealed class Checkpointer : IDisposable
{
    /// <summary>Pages written since the last one after which another is asked: 32 MiB, small enough to keep reads fast, large enough to write a hot page once.</summary>
    public const long Pages = 8192;

    // A rest of this many pages is a matter of a millisecond or two.
    private const int SmallRest = 256;
    private const int MostRounds = 4;

    private readonly SemaphoreSlim _asked = new(0);
    private readonly SqlConnection _db;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _name;
    private readonly Thread _thread;
    private volatile bool _stopping;
    private volatile bool _restIsSmall;

    public Checkpointer(string name, SqlConnection db, TimeProvider time, ILogger logger)
    {
        (_name, _db, _time, _logger) = (name, db, time, logger);
        _thread = new Thread(Loop) { IsBackground = true, Name = $"{name} checkpointer" };
        _thread.Start();
    }

    /// <summary>From the writer's thread, when enough was written.</summary>
    public void Ask() => _asked.Release();

    /// <summary>From the writer's thread between two transactions: true once after the bulk was brought over.</summary>
    public bool TakeRest()
    {
        if (!_restIsSmall)
        {
            return false;
        }

        _restIsSmall = false;
        return true;
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

                Run();
            }
        }
        finally
        {
            _db.Dispose();
        }
    }

    private void Run()
    {
        try
        {
            for (var round = 0; round < MostRounds && !_stopping; round++)
            {
                var began = _time.GetTimestamp();
                var rest = _db.Checkpoint();
                StoreTelemetry.Checkpoint.Of(_name, _time.GetElapsedTime(began));
                if (rest <= SmallRest)
                {
                    break;
                }
            }
        }
        catch (Exception failure)
        {
            // A full disk. Nothing is lost, the log has it all; the writer tries the same and tells who writes.
            SqliteStoreLog.CheckpointFailed(_logger, failure, _name);
        }

        _restIsSmall = true;
    }
}
