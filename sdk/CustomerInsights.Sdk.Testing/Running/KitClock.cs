namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>The time that the plugin sees in process: the system's, moved. Waits and limits go by the system's clock.</summary>
internal sealed class KitClock : TimeProvider
{
    private long _offset;

    public override DateTimeOffset GetUtcNow() => System.GetUtcNow().AddTicks(Interlocked.Read(ref _offset));

    public override long TimestampFrequency => System.TimestampFrequency;

    public override long GetTimestamp() => System.GetTimestamp();

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) => System.CreateTimer(callback, state, dueTime, period);

    /// <summary>Says what time it is; null goes back to the system's.</summary>
    internal void Pretend(DateTimeOffset? now) => Interlocked.Exchange(ref _offset, now is { } instant ? (instant - System.GetUtcNow()).Ticks : 0);
}
