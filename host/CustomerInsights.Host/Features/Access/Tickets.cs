using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;

namespace CustomerInsights.Host.Features.Access;

/// <summary>
/// Tickets for those who cannot send a header, as a browser's own reader of events: good once, for a minute, on one route, for whoever holds the key that
/// it was made with. They live in memory and end with the process; of each only a hash is kept.
/// </summary>
internal sealed class Tickets(TimeProvider clock)
{
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(60);

    /// <summary>How many of a key may be open at a time.</summary>
    public const int MostOfKey = 50;

    private readonly Lock _lock = new();
    private readonly Dictionary<string, Ticket> _open = new(StringComparer.Ordinal);

    /// <summary>Makes one for a key and a route's pattern; null when too many of the key are open.</summary>
    public (string Text, DateTimeOffset Expires)? Make(string keyId, string route)
    {
        var text = Base64Url.EncodeToString(RandomNumberGenerator.GetBytes(32));
        var now = clock.GetUtcNow();
        lock (_lock)
        {
            foreach (var (hash, ticket) in _open)
            {
                if (!ticket.IsGoodAt(now))
                {
                    _open.Remove(hash);
                }
            }

            if (_open.Values.Count(ticket => ticket.KeyId == keyId) >= MostOfKey)
            {
                return null;
            }

            _open.Add(Hash(text), new Ticket(keyId, route, now));
            return (text, now + Lifetime);
        }
    }

    /// <summary>Takes one for good, whatever comes of it; the id of its key, or null for one that is not good here and now.</summary>
    public string? Take(string text, string route)
    {
        lock (_lock)
        {
            return _open.Remove(Hash(text), out var ticket) && ticket.Route == route && ticket.IsGoodAt(clock.GetUtcNow()) ? ticket.KeyId : null;
        }
    }

    // By the hash, so that how long a look-up takes tells nothing of a ticket.
    private static string Hash(string text) => Convert.ToHexString(SHA256.HashData(Encoding.UTF8.GetBytes(text)));

    private sealed record Ticket(string KeyId, string Route, DateTimeOffset MadeAt)
    {
        // The distance, because a clock that is set back must not make it last.
        public bool IsGoodAt(DateTimeOffset now) => (now - MadeAt).Duration() < Lifetime;
    }
}

/// <summary>Marks an endpoint that takes a ticket in place of a key, as <c>?ticket=</c>.</summary>
internal sealed record TakesTicket
{
    public const string Parameter = "ticket";
}
