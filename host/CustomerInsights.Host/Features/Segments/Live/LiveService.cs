namespace CustomerInsights.Host.Features.Segments.Live;

/// <summary>Steps whenever the feed is written, a flip is due or the pass found something. It never ends while the host runs.</summary>
internal sealed partial class LiveService(LiveMembership live, TimeProvider clock, ILogger<LiveService> log) : BackgroundService
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    // A timer cannot wait longer than some weeks; and a clock that is set is noticed by then.
    private static readonly TimeSpan s_longest = TimeSpan.FromMinutes(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            var started = false;
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    if (!started)
                    {
                        await live.StartAsync(stoppingToken);
                        started = true;
                    }

                    if (!await live.StepAsync(stoppingToken))
                    {
                        await RestAsync(stoppingToken);
                    }
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    // A full disk, say. Nothing is lost: the position stands where it was.
                    live.Progress.Troubled(failure.Message);
                    StepFailed(failure);
                    await Task.Delay(s_rest, clock, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }

        await StopLiveAsync();
    }

    private Task RestAsync(CancellationToken stopping)
    {
        var left = live.Wake == long.MaxValue ? s_longest : TimeSpan.FromTicks(Math.Max(0, live.Wake - clock.GetUtcNow().UtcTicks));

        // Rounded up: a timer of 0.4 ms would fire before the flip and be set again.
        return live.WaitAsync(left > s_longest ? s_longest : TimeSpan.FromMilliseconds(Math.Ceiling(left.TotalMilliseconds)), stopping);
    }

    private async Task StopLiveAsync()
    {
        try
        {
            await live.StopAsync();
        }
        catch (Exception failure)
        {
            // The store may be the reason why the host stops.
            StepFailed(failure);
        }
    }

    [LoggerMessage(1800, LogLevel.Error, "Memberships cannot be kept up to date now; it is tried again.")]
    private partial void StepFailed(Exception exception);
}
