using CustomerInsights.Storage;

namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>
/// Waits for rows of the feed, for findings of a pass, or for a while. What has not come is waited for by the next as well: to give up two waits after each
/// step costs more than a small step does. A wait for rows that were read meanwhile makes a step for nothing.
/// </summary>
internal sealed class LiveWait(IChangeFeed changes, PassFindings findings, TimeProvider clock)
{
    private Task? _rows;
    private Task? _found;

    /// <summary>The token must be the same every time.</summary>
    public async Task AnyAsync(long position, TimeSpan atMost, CancellationToken cancellationToken)
    {
        var rows = _rows ??= changes.WaitAsync(position, cancellationToken).AsTask();
        var found = _found ??= findings.WaitAsync(cancellationToken);
        if (!rows.IsCompleted && !found.IsCompleted)
        {
            using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
            await Task.WhenAny(rows, found, Task.Delay(atMost, clock, timeout.Token));
            await timeout.CancelAsync();
        }

        _rows = rows.IsCompleted ? null : rows;
        _found = found.IsCompleted ? null : found;
        cancellationToken.ThrowIfCancellationRequested();
    }
}
