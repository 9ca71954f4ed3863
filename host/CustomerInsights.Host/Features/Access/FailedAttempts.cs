using System.Collections.Concurrent;
using System.Net;

namespace CustomerInsights.Host.Features.Access;

/// <summary>
/// Locks out after too many wrong keys: 20 within a minute, for the rest of that minute. Counted by address and key id, so that guessing at one key
/// does not shut out those who hold another behind the same proxy; ids that do not exist share one count.
/// </summary>
internal sealed class FailedAttempts(TimeProvider clock)
{
    public const int Limit = 20;
    private const int MostCounts = 10_000;
    private static readonly TimeSpan s_window = TimeSpan.FromMinutes(1);
    private readonly ConcurrentDictionary<(IPAddress Address, string KeyId), (DateTimeOffset Since, int Count)> _counts = new();

    /// <summary>The id under which attempts with no existing key are counted.</summary>
    public const string NoKey = "";

    /// <summary>Seconds until the address may try that key again; 0 when it may now.</summary>
    public int LockedFor(IPAddress? address, string keyId)
    {
        if (address is null || !_counts.TryGetValue((address, keyId), out var entry) || entry.Count < Limit)
        {
            return 0;
        }

        var left = entry.Since + s_window - clock.GetUtcNow();

        // More than the window is left only when the clock was set back; that must not lock anybody out for hours.
        return left > TimeSpan.Zero && left <= s_window ? (int)Math.Ceiling(left.TotalSeconds) : 0;
    }

    public void Add(IPAddress? address, string keyId)
    {
        if (address is null)
        {
            return;
        }

        var now = clock.GetUtcNow();
        if (_counts.Count >= MostCounts)
        {
            // Bounded memory under a flood from many addresses: old windows go first, and the table is never larger than this.
            foreach (var (key, value) in _counts)
            {
                if (now - value.Since > s_window || _counts.Count >= MostCounts)
                {
                    _counts.TryRemove(key, out _);
                }
            }
        }

        _counts.AddOrUpdate((address, keyId), (now, 1), (_, old) => (now - old.Since).Duration() > s_window ? (now, 1) : (old.Since, old.Count + 1));
    }
}
