namespace CustomerInsights.Emulators.Dataverse;

/// <summary>The limits that protect the service: requests within a window, and requests at once.</summary>
internal sealed class Protection(EmulatorOptions options)
{
    private readonly Lock _lock = new();
    private readonly Queue<DateTimeOffset> _recent = new();
    private int _open;

    internal int Peak { get; private set; }

    /// <summary>Counts a request as open until it is disposed.</summary>
    internal IDisposable Enter()
    {
        lock (_lock)
        {
            Peak = Math.Max(Peak, ++_open);
        }

        return new Exit(this);
    }

    /// <summary>429, when a limit is passed.</summary>
    internal EmulatedAnswer? Refusal()
    {
        lock (_lock)
        {
            if (_open > options.MostAtOnce)
            {
                return new EmulatedFault(FaultKind.TooManyAtOnce).Refusal();
            }

            var now = options.Clock.GetUtcNow();
            while (_recent.TryPeek(out var oldest) && now - oldest >= options.Window)
            {
                _recent.Dequeue();
            }

            if (_recent.Count >= options.MostRequests)
            {
                return new EmulatedFault(FaultKind.TooManyRequests, (int)Math.Ceiling((options.Window - (now - _recent.Peek())).TotalSeconds)).Refusal();
            }

            _recent.Enqueue(now);
            return null;
        }
    }

    private sealed class Exit(Protection protection) : IDisposable
    {
        public void Dispose()
        {
            lock (protection._lock)
            {
                protection._open--;
            }
        }
    }
}
