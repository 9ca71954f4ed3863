using CustomerInsights.Host.Features.Profiles;

namespace CustomerInsights.Host.Features.Unification.Live;

/// <summary>Nodes that events changed and that are left to the next run.</summary>
/// <param name="Type">The profile type.</param>
/// <param name="Record">One of them.</param>
/// <param name="Count">How many.</param>
/// <param name="At">When.</param>
/// <param name="Reason">Why.</param>
internal sealed record LeftToRun(string Type, RecordReference? Record, int Count, DateTimeOffset At, string Reason);

/// <summary>What people are told of the identity follower; one writes, many read.</summary>
internal sealed class IdentityProgress
{
    private const int Kept = 20;

    private readonly Lock _lock = new();
    private readonly Queue<LeftToRun> _left = new();
    private long _changes;
    private long _leftCount;
    private IReadOnlyList<string> _waiting = [];

    /// <summary>All of one moment.</summary>
    public (long Changes, long LeftCount, IReadOnlyList<LeftToRun> Left, IReadOnlyList<string> Waiting) Now
    {
        get
        {
            lock (_lock)
            {
                return (_changes, _leftCount, [.. _left], _waiting);
            }
        }
    }

    public void Changed()
    {
        lock (_lock)
        {
            _changes++;
        }
    }

    public void Waiting(IEnumerable<string> types)
    {
        lock (_lock)
        {
            _waiting = [.. types];
        }
    }

    public void Left(LeftToRun left)
    {
        lock (_lock)
        {
            _leftCount += left.Count;
            _left.Enqueue(left);
            if (_left.Count > Kept)
            {
                _left.Dequeue();
            }
        }
    }
}
