namespace CustomerInsights.Host.Platform;

/// <summary>Looks from time to time whether something is due. What fails is told, and looked at again at the next time; the first look is one period after the start.</summary>
/// <param name="every">The period.</param>
/// <param name="clock">The clock.</param>
internal abstract class PeriodicService(TimeSpan every, TimeProvider clock) : BackgroundService
{
    /// <summary>The clock.</summary>
    protected TimeProvider Clock { get; } = clock;

    /// <summary>Does what is due at a moment.</summary>
    protected abstract Task LookAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Tells that a look failed: a full disk, say. What was due is due still at the next one.</summary>
    protected abstract void Failed(Exception failure);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(every, Clock);
        try
        {
            while (await timer.WaitForNextTickAsync(stoppingToken))
            {
                try
                {
                    await LookAsync(Clock.GetUtcNow(), stoppingToken);
                }
                catch (Exception failure) when (failure is not OperationCanceledException)
                {
                    Failed(failure);
                }
            }
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            // Stopping.
        }
    }
}
