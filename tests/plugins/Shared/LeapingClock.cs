namespace CustomerInsights.Tests.Shared;

/// <summary>A clock on which whoever waits has waited already: time goes by as far as is asked for.</summary>
internal sealed class LeapingClock : TimeProvider
{
    private long _ticks = new DateTimeOffset(2026, 11, 22, 9, 0, 0, TimeSpan.Zero).Ticks;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>What was waited for, longest first.</summary>
    public TimeSpan Longest { get; private set; }

    public override DateTimeOffset GetUtcNow() => new(Interlocked.Read(ref _ticks), TimeSpan.Zero);

    public override long GetTimestamp() => Interlocked.Read(ref _ticks);

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        if (dueTime > TimeSpan.Zero)
        {
            Longest = dueTime > Longest ? dueTime : Longest;
            Interlocked.Add(ref _ticks, dueTime.Ticks);
        }

        if (dueTime != Timeout.InfiniteTimeSpan)
        {
            ThreadPool.QueueUserWorkItem(_ => callback(state));
        }

        return new Timer();
    }

    private sealed class Timer : ITimer
    {
        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose()
        {
            // It has rung.
        }

        public ValueTask DisposeAsync() => ValueTask.CompletedTask;
    }
}
