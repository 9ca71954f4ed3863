using CustomerInsights.Host.Features.Metadata;

namespace CustomerInsights.Host.Features.Profiles.Search;

/// <summary>Builds the indexes in the background and keeps them near what is stored, so that a question finds little to catch up with.</summary>
internal sealed partial class SearchFollower(SearchIndexes indexes, MetadataService metadata, TimeProvider clock, ILogger<SearchFollower> log) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_every, clock);
        do
        {
            try
            {
                await indexes.FollowAsync(await metadata.ModelAsync(stoppingToken), stoppingToken);
            }
            catch (Exception error) when (error is not OperationCanceledException)
            {
                // What fails now may succeed in a second; the store is searched meanwhile.
                Failed(error.Message);
            }
        }
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(2720, LogLevel.Warning, "The index for searching was not brought up to date; it is tried again. {Problem}")]
    private partial void Failed(string problem);
}
