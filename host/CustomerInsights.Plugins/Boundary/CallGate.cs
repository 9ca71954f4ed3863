using CustomerInsights.Plugins.Marks;

namespace CustomerInsights.Plugins.Boundary;

/// <summary>Counts the calls that run in one loaded version, and lets no new one in once it is closed.</summary>
internal sealed class CallGate
{
    private readonly Lock _lock = new();
    private readonly TaskCompletionSource _empty = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private int _running;
    private int _abandoned;
    private bool _closed;

    /// <summary>Where it is written down which calls run; null where a crash of the plugin is not one of the host.</summary>
    internal RunMark? Mark { get; init; }

    internal int Running => Volatile.Read(ref _running);

    /// <summary>Calls that were given up and have not ended yet; each holds a thread or a task of the plugin.</summary>
    internal int Abandoned => Volatile.Read(ref _abandoned);

    internal bool TryEnter(string call)
    {
        lock (_lock)
        {
            if (_closed)
            {
                return false;
            }

            _running++;
            Mark?.Enter(call);
            return true;
        }
    }

    internal void Leave(string call)
    {
        lock (_lock)
        {
            Mark?.Leave(call);
            if (--_running == 0 && _closed)
            {
                _empty.TrySetResult();
            }
        }
    }

    /// <summary>Lets nobody in any more; the task ends when the last one has left.</summary>
    internal Task Close()
    {
        lock (_lock)
        {
            _closed = true;
            if (_running == 0)
            {
                _empty.TrySetResult();
            }

            return _empty.Task;
        }
    }

    internal void CountAbandoned(string name, Task call)
    {
        Interlocked.Increment(ref _abandoned);
        Mark?.Enter($"{name} (abandoned)");
        _ = call.ContinueWith(
            _ =>
            {
                Interlocked.Decrement(ref _abandoned);
                Mark?.Leave($"{name} (abandoned)");
            },
            CancellationToken.None,
            TaskContinuationOptions.ExecuteSynchronously,
            TaskScheduler.Default);
    }
}
