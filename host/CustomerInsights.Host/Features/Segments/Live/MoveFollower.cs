using System.Runtime.CompilerServices;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>Reads comings and goings as they are committed, from any earlier one on: durable history first, then what comes.</summary>
internal sealed class MoveFollower(ISegmentStore store, TimeProvider clock)
{
    private const int Page = 500;

    /// <summary>Pages of moves without end. An empty one comes when nothing happened for a while, with how far was read.</summary>
    public async IAsyncEnumerable<(IReadOnlyList<NumberedMove> Moves, long Through)> FollowAsync(
        long after, IReadOnlyCollection<string>? segments, TimeSpan heartbeat, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var beat = clock.GetTimestamp();
        while (true)
        {
            var page = await store.MovesAsync(after, segments, Page, cancellationToken);
            after = page.Through;
            if (page.Moves.Count > 0 || clock.GetElapsedTime(beat) >= heartbeat)
            {
                yield return page;
                beat = clock.GetTimestamp();
            }

            await WaitAsync(after, heartbeat - clock.GetElapsedTime(beat), cancellationToken);
        }
    }

    private async Task WaitAsync(long after, TimeSpan atMost, CancellationToken cancellationToken)
    {
        using var stop = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        await Task.WhenAny(store.WaitForMovesAsync(after, stop.Token).AsTask(), Task.Delay(atMost > TimeSpan.Zero ? atMost : TimeSpan.Zero, clock, stop.Token));
        await stop.CancelAsync();
        cancellationToken.ThrowIfCancellationRequested();
    }
}
