namespace CustomerInsights.Plugins.Http;

/// <summary>
/// Plans requests so that no span of a minute, wherever it begins, has more than the number: a token bucket would let up to
/// twice as many through, and the other side counts. Safe for any thread.
/// </summary>
/// <remarks>System.Threading.RateLimiting has such a limiter, but one that knows no clock but the system's.</remarks>
internal sealed class RequestRate(int perMinute, TimeProvider clock)
{
    private static readonly TimeSpan Minute = TimeSpan.FromMinutes(1);

    // The planned times of the last so many requests, in a ring: the one in the next place is a minute before the next may go.
    private readonly long[] _planned = new long[Math.Min(perMinute, 60_000)];
    private readonly Lock _lock = new();
    private long _count;

    /// <summary>Plans one more request.</summary>
    /// <returns>How long it must wait, from now.</returns>
    internal TimeSpan Next()
    {
        lock (_lock)
        {
            var now = clock.GetTimestamp();
            var place = (int)(_count % _planned.Length);
            var earliest = _count < _planned.Length ? now : _planned[place] + (long)(Minute.TotalSeconds * clock.TimestampFrequency);
            _planned[place] = Math.Max(now, earliest);
            _count++;
            return clock.GetElapsedTime(now, _planned[place]);
        }
    }
}
