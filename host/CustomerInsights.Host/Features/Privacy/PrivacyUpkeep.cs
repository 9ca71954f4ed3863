using CustomerInsights.Storage.Privacy;

namespace CustomerInsights.Host.Features.Privacy;

/// <summary>Deletes exports that have expired, and rows of the audit of reads that are old.</summary>
internal sealed partial class PrivacyUpkeep(PrivacyFiles files, IReadAuditStore reads, HostSettings settings, TimeProvider clock, ILogger<PrivacyUpkeep> log) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromMinutes(10);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                await files.ExpireAsync(stoppingToken);
                while (await reads.TrimAsync(clock.GetUtcNow() - TimeSpan.FromDays(settings.ReadAuditDays), stoppingToken))
                {
                    stoppingToken.ThrowIfCancellationRequested();
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                Failed(failure);
            }

            await Task.Delay(s_every, clock, stoppingToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }
    }

    [LoggerMessage(2900, LogLevel.Error, "Expired exports of personal data, or old rows of the audit of reads, could not be deleted; it is tried again.")]
    private partial void Failed(Exception exception);
}
