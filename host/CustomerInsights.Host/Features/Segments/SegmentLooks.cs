using System.Collections.Concurrent;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments;

/// <summary>Notes that somebody looked at a segment, at most once an hour each: it decides what is unused, and must not make a read a write.</summary>
internal sealed class SegmentLooks(ISegmentStateStore states, TimeProvider clock)
{
    private static readonly TimeSpan s_pause = TimeSpan.FromHours(1);

    private readonly ConcurrentDictionary<string, DateTimeOffset> _noted = new(StringComparer.Ordinal);

    public async ValueTask NoteAsync(string segment, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (_noted.TryGetValue(segment, out var before) && now - before < s_pause)
        {
            return;
        }

        _noted[segment] = now;
        await states.UsedAsync(segment, now, cancellationToken);
    }
}
