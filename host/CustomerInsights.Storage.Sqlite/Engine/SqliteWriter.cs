using System.Threading.Channels;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>
/// The one writer of a database: a thread of its own that takes commands from a bounded queue and groups those that wait into a transaction of at
/// most about 20 ms. A task completes after the commit. Each command runs under a savepoint, so that one that fails leaves its neighbours alone.
/// </summary>
internal sealed class SqliteWriter : IAsyncDisposable
{
    private const int QueueLength = 1024;
    private const int MostInGroup = 4096;
    private static readonly TimeSpan s_groupFor = TimeSpan.FromMilliseconds(20);

    private readonly Channel<WriteCommand> _queue =
        Channel.CreateBounded<WriteCommand>(new BoundedChannelOptions(QueueLength) { SingleReader = true });

    private readonly SemaphoreSlim _arrived = new(0);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<WriteCommand> _group = [];
    private readonly Checkpointer _checkpointer;
    private readonly SqlConnection _db;
    private readonly Counters _counters;
    private readonly WriteTransaction _transaction;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _name;

    /// <param name="name">The database's, for logs and thread names.</param>
    /// <param name="db">The writer's connection; it closes it.</param>
    /// <param name="another">Opens another connection for checkpoints.</param>
    /// <param name="counters">The database's counters.</param>
    /// <param name="recent">The last moves in and out of segments.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Told of failures.</param>
    public SqliteWriter(string name, SqlConnection db, Func<SqlConnection> another, Counters counters, RecentMoves recent, TimeProvider time, ILogger logger)
    {
        (_name, _db, _counters, _time, _logger) = (name, db, counters, time, logger);
        _checkpointer = new Checkpointer(name, another(), time, logger);
        _transaction = new WriteTransaction(db, counters, recent, time);
        new Thread(Loop) { IsBackground = true, Name = $"{name} writer" }.Start();
    }

    /// <summary>Runs the work in a transaction; durable when the task completes.</summary>
    public async ValueTask<T> WriteAsync<T>(Func<WriteTransaction, T> work, CancellationToken cancellationToken)
    {
        var command = new WriteCommand<T>(work, cancellationToken) { Queued = _time.GetTimestamp() };
        try
        {
            await _queue.Writer.WriteAsync(command, cancellationToken);
        }
        catch (ChannelClosedException)
        {
            throw new ObjectDisposedException(_name, "The store is closed.");
        }

        _arrived.Release();
        return await command.Done;
    }

    public async ValueTask WriteAsync(Action<WriteTransaction> work, CancellationToken cancellationToken) =>
        await WriteAsync(
            transaction =>
            {
                work(transaction);
                return true;
            },
            cancellationToken);

    /// <summary>Takes no more commands, completes those that wait, closes the database.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_queue.Writer.TryComplete())
        {
            _arrived.Release();
        }

        await _stopped.Task;
    }

    private void Loop()
    {
        try
        {
            // Completed means closed and empty. It is asked before each wait, because a group may have used up the signal of the closing.
            while (!_queue.Reader.Completion.IsCompleted)
            {
                // A semaphore and not the channel's own wait: this thread may block, and nothing asynchronous is waited for.
                _arrived.Wait();
                if (_queue.Reader.TryRead(out var command))
                {
                    RunGroup(command);
                }
            }
        }
        finally
        {
            // The semaphore stays: a caller whose command was just completed may still be about to signal it.
            // The checkpointer first: the connection that is closed last folds the log into the database file.
            _checkpointer.Dispose();
            _db.Dispose();
            _stopped.SetResult();
        }
    }

    private void RunGroup(WriteCommand? command)
    {
        var began = _time.GetTimestamp();
        try
        {
            _db.Run("BEGIN IMMEDIATE");
            var taken = 0;
            do
            {
                Execute(command);
                taken++;
            }
            while (taken < MostInGroup && _time.GetElapsedTime(began) < s_groupFor && TryTake(out command));

            _counters.Flush(_db);
            var executed = _time.GetTimestamp();
            _db.Run("COMMIT");
            StoreTelemetry.Executed.Of(_name, _time.GetElapsedTime(began, executed));
            StoreTelemetry.Committed.Of(_name, _time.GetElapsedTime(executed));
            _transaction.Committed();
            _counters.Committed();
        }
        catch (Exception error)
        {
            // Nobody has been told anything yet, so all of them may be told this. One that is not in the group never began.
            SqliteStoreLog.GroupFailed(_logger, error, _name, _group.Count);
            LoseGroup(error);
            command?.Fail(error);
            return;
        }

        foreach (var done in _group)
        {
            StoreTelemetry.Waited.Of(_name, _time.GetElapsedTime(done.Queued, began));
            done.Complete();
        }

        _group.Clear();

        // After the tasks are completed: nobody waits for it but who writes next.
        _checkpointer.Committed(_db);
    }

    private bool TryTake(out WriteCommand? command)
    {
        command = null;
        return _arrived.Wait(0) && _queue.Reader.TryRead(out command);
    }

    private void Execute(WriteCommand? command)
    {
        if (command is null || command.IsCancelled)
        {
            command?.Cancel();
            return;
        }

        var counters = _counters.Snapshot();
        var mark = _transaction.Mark();

        // The first needs no savepoint: rolling back the transaction does the same, and a savepoint makes SQLite copy pages.
        var first = _group.Count == 0;
        if (!first)
        {
            _db.Run("SAVEPOINT command");
        }

        try
        {
            command.Execute(_transaction);
            if (!first)
            {
                _db.Run("RELEASE command");
            }

            _group.Add(command);
        }
        catch (Exception error)
        {
            if (!_db.InTransaction)
            {
                // SQLite gave up the whole transaction (disk full, I/O error): the neighbours are lost with it.
                command.Fail(error);
                LoseGroup(error);
                _db.Run("BEGIN IMMEDIATE");
                return;
            }

            _db.Run(first ? "ROLLBACK" : "ROLLBACK TO command");
            _db.Run(first ? "BEGIN IMMEDIATE" : "RELEASE command");
            _counters.Restore(counters);
            _transaction.UndoTo(mark);
            command.Fail(error);
        }
    }

    private void LoseGroup(Exception error)
    {
        if (_db.InTransaction)
        {
            _db.Script("ROLLBACK");
        }

        _counters.RolledBack();
        _transaction.UndoTo(0);
        foreach (var lost in _group)
        {
            lost.Fail(error);
        }

        _group.Clear();
    }
}
