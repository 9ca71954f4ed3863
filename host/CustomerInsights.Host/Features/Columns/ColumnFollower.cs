using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage;

namespace CustomerInsights.Host.Features.Columns;

/// <summary>Keeps columns ready in the background: opens or builds them at the start, then follows the feed, merges parts, and saves from time to time and at the end.</summary>
internal sealed partial class ColumnFollower(ColumnImages images, MetadataService metadata, IChangeFeed changes, TimeProvider clock, ILogger<ColumnFollower> log) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_saveEvery = TimeSpan.FromSeconds(30);

    public override async Task StopAsync(CancellationToken cancellationToken)
    {
        await base.StopAsync(cancellationToken);
        await GuardAsync(images.SaveAsync, cancellationToken);
    }

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_every, clock);
        var saved = clock.GetTimestamp();
        do
        {
            await GuardAsync(FollowAsync, stoppingToken);
            if (clock.GetElapsedTime(saved) >= s_saveEvery)
            {
                await GuardAsync(images.SaveAsync, stoppingToken);
                saved = clock.GetTimestamp();
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    private async Task FollowAsync(CancellationToken cancellationToken)
    {
        await images.PrepareAsync(await metadata.ModelAsync(cancellationToken), cancellationToken);
        await images.CatchUpAsync(await changes.LastAsync(cancellationToken), cancellationToken);
        await images.MergeAsync(cancellationToken);
    }

    // What fails now may succeed in a second; a question that needs columns meanwhile is answered from the store.
    private async Task GuardAsync(Func<CancellationToken, Task> work, CancellationToken cancellationToken)
    {
        try
        {
            await work(cancellationToken);
        }
        catch (Exception error) when (error is not OperationCanceledException)
        {
            Failed(error.Message);
        }
    }

    [LoggerMessage(2710, LogLevel.Warning, "Columns were not brought up to date or saved; it is tried again. {Problem}")]
    private partial void Failed(string problem);
}
