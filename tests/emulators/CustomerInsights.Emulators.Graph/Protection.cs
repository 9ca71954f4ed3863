using System.Collections.Concurrent;

namespace CustomerInsights.Emulators.Graph;

/// <summary>The limits of each mailbox: requests within a window, and requests at once.</summary>
internal sealed class Protection(EmulatorOptions options)
{
    private readonly ConcurrentDictionary<string, Use> _mailboxes = new(StringComparer.OrdinalIgnoreCase);
    private readonly Lock _lock = new();
    private int _busy;

    /// <summary>The most requests of one mailbox that were open at once.</summary>
    internal int Peak => _mailboxes.Values.Select(use => use.Peak).DefaultIfEmpty().Max();

    /// <summary>The most mailboxes that were read at once.</summary>
    internal int PeakMailboxes { get; private set; }

    /// <summary>Counts a request of a mailbox as open until it is disposed.</summary>
    internal IDisposable? Enter(string? mailbox, out EmulatedAnswer? refusal)
    {
        refusal = null;
        if (mailbox is null)
        {
            return null;
        }

        var use = _mailboxes.GetOrAdd(mailbox, _ => new Use());
        lock (_lock)
        {
            _busy += use.Open == 0 ? 1 : 0;
            PeakMailboxes = Math.Max(PeakMailboxes, _busy);
            use.Peak = Math.Max(use.Peak, ++use.Open);
            var now = options.Clock.GetUtcNow();
            while (use.Recent.TryPeek(out var oldest) && now - oldest >= options.Window)
            {
                use.Recent.Dequeue();
            }

            refusal = use.Open > options.MostAtOnce ? new EmulatedFault(FaultKind.TooManyAtOnce).Refusal()
                : use.Recent.Count >= options.MostRequests ? new EmulatedFault(FaultKind.TooManyRequests, ((int)Math.Ceiling((options.Window - (now - use.Recent.Peek())).TotalSeconds)).ToString(System.Globalization.CultureInfo.InvariantCulture)).Refusal()
                : null;

            // Failed requests count too.
            use.Recent.Enqueue(now);
        }

        return new Exit(this, use);
    }

    private sealed class Use
    {
        public Queue<DateTimeOffset> Recent { get; } = new();

        public int Open { get; set; }

        public int Peak { get; set; }
    }

    private sealed class Exit(Protection protection, Use use) : IDisposable
    {
        public void Dispose()
        {
            lock (protection._lock)
            {
                use.Open--;
                protection._busy -= use.Open == 0 ? 1 : 0;
            }
        }
    }
}
