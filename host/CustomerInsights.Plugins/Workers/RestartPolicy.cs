namespace CustomerInsights.Plugins.Workers;

/// <summary>When a worker that ended by itself may be started again: 1 s, doubling to 60 s, and not at all after five ends in ten minutes. Not safe for several threads.</summary>
/// <param name="clock">The clock.</param>
/// <param name="random">Gives 0 to 1; spreads the restarts of many workers.</param>
internal sealed class RestartPolicy(TimeProvider clock, Func<double> random)
{
    internal const int MostEnds = 5;

    private static readonly TimeSpan First = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan Longest = TimeSpan.FromSeconds(60);
    private static readonly TimeSpan Window = TimeSpan.FromMinutes(10);
    private static readonly TimeSpan Healthy = TimeSpan.FromMinutes(5);

    private readonly Queue<DateTimeOffset> _ends = new();
    private int _inARow;
    private DateTimeOffset _startedAt;

    /// <summary>No start before this.</summary>
    internal DateTimeOffset NotBefore { get; private set; }

    /// <summary>Ends within the last ten minutes.</summary>
    internal int Ends => _ends.Count;

    internal void Started() => _startedAt = clock.GetUtcNow();

    /// <summary>Counts an end that nobody asked for.</summary>
    /// <returns>True when it was one too many.</returns>
    internal bool Ended()
    {
        var now = clock.GetUtcNow();
        _inARow = now - _startedAt >= Healthy ? 1 : _inARow + 1;
        var wait = Math.Min(First.TotalSeconds * Math.Pow(2, Math.Min(_inARow - 1, 10)), Longest.TotalSeconds);

        // Up to a fifth less: the longest wait stays what it says.
        NotBefore = now + TimeSpan.FromSeconds(wait * (1 - (0.2 * random())));
        _ends.Enqueue(now);
        while (_ends.Peek() <= now - Window)
        {
            _ends.Dequeue();
        }

        return _ends.Count >= MostEnds;
    }
}
