using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
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

    // Without a lock: thousands of callers a second meet one reader here, and each meeting at a lock costs two switches of threads.
    private readonly ConcurrentQueue<WriteCommand> _queue = new();
    private readonly AutoResetEvent _arrived = new(false);
    private readonly TaskCompletionSource _stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private readonly List<WriteCommand> _group = [];
    private readonly Checkpointer _checkpointer;
    private readonly SqlConnection _db;
    private readonly Counters _counters;
    private readonly WriteTransaction _transaction;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly string _name;

    // In the queue or on the way into it, never more than QueueLength; who finds it full waits for the room of the next group.
    private int _length;
    private TaskCompletionSource? _room;

    // Callers between the question whether it is closed and the queue.
    private int _entering;
    private int _asleep;
    private volatile bool _closed;

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
        while (!TryReserve())
        {
            await RoomAsync(cancellationToken);
        }

        Enqueue(command);
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
        _closed = true;
        _arrived.Set();
        await _stopped.Task;
    }

    private bool TryReserve()
    {
        var length = Volatile.Read(ref _length);
        while (length < QueueLength)
        {
            var before = Interlocked.CompareExchange(ref _length, length + 1, length);
            if (before == length)
            {
                return true;
            }

            length = before;
        }

        return false;
    }

    private async ValueTask RoomAsync(CancellationToken cancellationToken)
    {
        ObjectDisposedException.ThrowIf(_closed, this);
        var made = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
        var room = Interlocked.CompareExchange(ref _room, made, null) ?? made;

        // Asked again behind that: as long as the queue is full, a group is to come that tells of room.
        if (Volatile.Read(ref _length) >= QueueLength)
        {
            await room.Task.WaitAsync(cancellationToken);
        }
    }

    private void Enqueue(WriteCommand command)
    {
        Interlocked.Increment(ref _entering);
        try
        {
            if (_closed)
            {
                Interlocked.Decrement(ref _length);
                TellOfRoom();
                throw new ObjectDisposedException(_name, "The store is closed.");
            }

            _queue.Enqueue(command);
        }
        finally
        {
            Interlocked.Decrement(ref _entering);
        }

        // A full fence lies between the queue and this, here as in Loop: one of the two sees what the other did.
        if (Interlocked.CompareExchange(ref _asleep, 0, 1) == 1)
        {
            _arrived.Set();
        }
    }

    private void Loop()
    {
        try
        {
            while (true)
            {
                if (TryTake(out var command))
                {
                    RunGroup(command);
                    TellOfRoom();
                    continue;
                }

                // Asked in this order: whoever is not entering any more is in the queue, or has found it closed.
                if (_closed && Volatile.Read(ref _entering) == 0 && _queue.IsEmpty)
                {
                    break;
                }

                Interlocked.Exchange(ref _asleep, 1);
                if (_queue.IsEmpty && !_closed)
                {
                    _arrived.WaitOne();
                }

                Volatile.Write(ref _asleep, 0);
            }
        }
        finally
        {
            TellOfRoom();

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

    private bool TryTake([NotNullWhen(true)] out WriteCommand? command)
    {
        if (!_queue.TryDequeue(out command))
        {
            return false;
        }

        Interlocked.Decrement(ref _length);
        return true;
    }

    private void TellOfRoom()
    {
        if (Volatile.Read(ref _room) is not null)
        {
            Interlocked.Exchange(ref _room, null)?.TrySetResult();
        }
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
