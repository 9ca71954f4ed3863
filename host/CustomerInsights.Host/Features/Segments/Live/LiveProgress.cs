namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>What the follower of the feed has done and where it stands; written by it and its pass, read by the status.</summary>
internal sealed class LiveProgress
{
    private readonly Lock _lock = new();
    private LiveSnapshot _now = new();

    public LiveSnapshot Now
    {
        get
        {
            lock (_lock)
            {
                return _now;
            }
        }
    }

    public void Plan(LivePlan plan) => Change(now => now with { Plan = plan });

    public void Stand(long position, DateTimeOffset at) => Change(now => now with { Position = position, StoodAt = at, Trouble = null });

    public void Evaluated() => Change(now => now with { Evaluated = now.Evaluated + 1 });

    public void Failed(string failure) => Change(now => now with { Failures = now.Failures + 1, Failure = failure });

    public void Moved(int moves) => Change(now => now with { Moves = now.Moves + moves });

    public void Flips(int waiting, long next) => Change(now => now with { Flips = waiting, NextWake = next });

    public void PassBegan() => Change(now => now with { Rebuilding = true, Looked = 0, PassFailure = null });

    public void PassLooked(int profiles) => Change(now => now with { Looked = now.Looked + profiles });

    public void PassEnded(string? failure) => Change(now => now with { Rebuilding = false, PassFailure = failure });

    public void Troubled(string trouble) => Change(now => now with { Trouble = trouble });

    private void Change(Func<LiveSnapshot, LiveSnapshot> change)
    {
        lock (_lock)
        {
            _now = change(_now);
        }
    }
}

/// <summary>All of it at one moment.</summary>
internal sealed record LiveSnapshot
{
    public LivePlan Plan { get; init; } = LivePlan.Empty;

    public long Position { get; init; }

    /// <summary>When it last completed a step; null before the first.</summary>
    public DateTimeOffset? StoodAt { get; init; }

    public long Evaluated { get; init; }

    public long Moves { get; init; }

    public int Flips { get; init; }

    public long NextWake { get; init; } = long.MaxValue;

    public bool Rebuilding { get; init; } = true;

    public long Looked { get; init; }

    public string? PassFailure { get; init; }

    /// <summary>Evaluations in which a rule failed (an overflow).</summary>
    public long Failures { get; init; }

    public string? Failure { get; init; }

    /// <summary>Why it does not get on; null when it does.</summary>
    public string? Trouble { get; init; }
}
