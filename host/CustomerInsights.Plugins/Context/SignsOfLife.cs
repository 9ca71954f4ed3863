namespace CustomerInsights.Plugins.Context;

/// <summary>
/// What one component shows of its being alive, for the deadlines of its calls. Safe for any thread. A wait that the host itself
/// imposes (between two tries of a request, for a rate limit) counts until its end, so that patience does not look like a hang.
/// </summary>
internal sealed class SignsOfLife
{
    /// <summary>The longest wait that is believed at once; a longer one is told in pieces.</summary>
    internal static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(5);

    private readonly TimeProvider _clock;
    private readonly Action<TimeSpan>? _tell;
    private long _lastSign;
    private long _waitEnd;

    /// <param name="clock">The clock of the deadlines.</param>
    /// <param name="tell">Tells the host of a wait, within a worker: the deadlines are the host's.</param>
    internal SignsOfLife(TimeProvider clock, Action<TimeSpan>? tell)
    {
        (_clock, _tell) = (clock, tell);
        _lastSign = _waitEnd = clock.GetTimestamp();
    }

    /// <summary>When the plugin last spoke or the host last let it go on, as a timestamp of the clock; in the future while it waits.</summary>
    internal long Last => Math.Max(Interlocked.Read(ref _lastSign), LastWait);

    /// <summary>When the last wait that the host imposed ended or will end, as a timestamp of the clock.</summary>
    internal long LastWait => Interlocked.Read(ref _waitEnd);

    internal void Show() => Interlocked.Exchange(ref _lastSign, _clock.GetTimestamp());

    /// <summary>Says that the component waits from now on.</summary>
    /// <param name="time">At most <see cref="LongestWait"/> of it counts.</param>
    internal void WaitFor(TimeSpan time)
    {
        var counted = time < LongestWait ? time : LongestWait;
        var end = _clock.GetTimestamp() + (long)(counted.TotalSeconds * _clock.TimestampFrequency);
        long known;
        while ((known = Interlocked.Read(ref _waitEnd)) < end && Interlocked.CompareExchange(ref _waitEnd, end, known) != known)
        {
            // Another request of the same component waits as well; the later end counts.
        }

        _tell?.Invoke(counted);
    }
}
