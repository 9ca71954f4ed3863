namespace CustomerInsights.Plugins.Context;

/// <summary>A bucket of log lines: a burst is fine, a flood is counted and cut. Safe for any thread.</summary>
internal sealed class LogThrottle(TimeProvider clock, int perSecond)
{
    private const int BurstSeconds = 4;
    private readonly Lock _lock = new();
    private double _tokens = perSecond * BurstSeconds;
    private long _last = clock.GetTimestamp();
    private long _dropped;

    /// <summary>Whether a line may be written, and how many were dropped since the last one that was.</summary>
    internal bool TryTake(out long dropped)
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            _tokens = Math.Min(perSecond * BurstSeconds, _tokens + (clock.GetElapsedTime(_last, now).TotalSeconds * perSecond));
            _last = now;
            if (_tokens < 1)
            {
                _dropped++;
                dropped = 0;
                return false;
            }

            _tokens--;
            (dropped, _dropped) = (_dropped, 0);
            return true;
        }
    }
}
