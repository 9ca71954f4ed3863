namespace CustomerInsights.Host.Features.Unification.Live;

/// <summary>Steps whenever the feed is written or a run that was waited for has ended. It never ends while the host runs.</summary>
internal sealed partial class IdentityService(IdentityFollower follower, TimeProvider clock, ILogger<IdentityService> log) : BackgroundService
{
    private static readonly TimeSpan s_rest = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var started = false;
        try
        {
            while (!stoppingToken.IsCancellationRequested)
            {
                try
                {
                    if (!started)
                    {
                        await follower.StartAsync(stoppingToken);
                        started = true;
                    }

                    if (!await follower.StepAsync(stoppingToken))
                    {
                        await follower.WaitAsync(stoppingToken);
                    }
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    // A full disk, say. Nothing is lost: the position stands where it was.
                    StepFailed(failure);
                    await Task.Delay(s_rest, clock, stoppingToken);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }

    [LoggerMessage(1900, LogLevel.Error, "Profiles cannot follow events now; it is tried again.")]
    private partial void StepFailed(Exception exception);
}
