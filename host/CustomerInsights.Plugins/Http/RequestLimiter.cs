using System.Diagnostics.CodeAnalysis;
using CustomerInsights.Plugins.Context;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Http;

/// <summary>Holds a connection's requests to the numbers of its manifest: so many at once, and never more than so many in any minute. Safe for any thread.</summary>
[SuppressMessage("Design", "CA1001", Justification = "A body that is read to its end after the connection was disposed still gives its slot back.")]
internal sealed class RequestLimiter(int concurrency, int? perMinute, SignsOfLife signs, TimeProvider clock, ILogger log)
{
    private static readonly TimeSpan LongWait = TimeSpan.FromSeconds(30);

    private readonly SemaphoreSlim _slots = new(concurrency, concurrency);
    private readonly RequestRate? _rate = perMinute is { } some ? new RequestRate(some, clock) : null;

    /// <summary>Waits for the turn of one request.</summary>
    /// <returns>The slot; give it back when the response has been read, with <see cref="Leave"/>.</returns>
    internal async Task EnterAsync(CancellationToken cancellationToken)
    {
        if (!await _slots.WaitAsync(TimeSpan.Zero, cancellationToken))
        {
            await WaitForSlotAsync(cancellationToken);
        }

        try
        {
            await WaitAsync(_rate?.Next() ?? TimeSpan.Zero, cancellationToken);
        }
        catch
        {
            Leave();
            throw;
        }
    }

    internal void Leave() => _slots.Release();

    // Not a sign of life: only the plugin itself can make room, by reading or disposing what it has open.
    private async Task WaitForSlotAsync(CancellationToken cancellationToken)
    {
        var waiting = _slots.WaitAsync(cancellationToken);
        try
        {
            await waiting.WaitAsync(LongWait, clock, CancellationToken.None);
        }
        catch (TimeoutException)
        {
            HttpLog.WaitsForSlot(log, concurrency);
            await waiting;
        }
    }

    private async Task WaitAsync(TimeSpan left, CancellationToken cancellationToken)
    {
        while (left > TimeSpan.Zero)
        {
            var piece = left < SignsOfLife.LongestWait ? left : SignsOfLife.LongestWait;
            signs.WaitFor(piece);
            await Task.Delay(piece, clock, cancellationToken);
            left -= piece;
        }
    }
}
