using System.Collections.Concurrent;
using System.Net;

namespace CustomerInsights.Host.Features.Access;

/// <summary>Locks an address out after too many wrong keys: 20 within a minute, for a minute.</summary>
internal sealed class FailedAttempts(TimeProvider clock)
{
    public const int Limit = 20;
    private const int MostAddresses = 10_000;
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<IPAddress, (DateTimeOffset Since, int Count)> _byAddress = new();

    /// <summary>Seconds until the address may try again; 0 when it may now.</summary>
    public int LockedFor(IPAddress? address)
    {
        if (address is null || !_byAddress.TryGetValue(address, out var entry) || entry.Count < Limit)
        {
            return 0;
        }

        var left = entry.Since + s_window - clock.GetUtcNow();

        // More than the window is left only when the clock was set back; that must not lock anybody out for hours.
        return left > TimeSpan.Zero && left <= s_window ? (int)Math.Ceiling(left.TotalSeconds) : 0;
    }

    public void Add(IPAddress? address)
    {
        if (address is null)
        {
            return;
        }

        var now = clock.GetUtcNow();
        if (_byAddress.Count >= MostAddresses)
        {
            // Bounded memory under a flood from many addresses: old windows go first, and the table is never larger than this.
            foreach (var (key, value) in _byAddress)
            {
                if (now - value.Since > s_window || _byAddress.Count >= MostAddresses)
                {
                    _byAddress.TryRemove(key, out _);
                }
            }
        }

        _byAddress.AddOrUpdate(address, (now, 1), (_, old) => (now - old.Since).Duration() > s_window ? (now, 1) : (old.Since, old.Count + 1));
    }
}
