using CustomerInsights.Host.Features.Catalog;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins;

namespace CustomerInsights.Host.Features.Upgrades;

/// <summary>Looks every second at the upgrades on trial: takes back what does badly, and lets be what has done well.</summary>
internal sealed partial class TrialWatch(PluginTrials trials, PluginHost plugins, JobQueue queue, TimeProvider clock, ILogger<TrialWatch> log) : BackgroundService
{
    private static readonly TimeSpan s_every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan s_again = TimeSpan.FromMinutes(1);
    private readonly Dictionary<string, DateTimeOffset> _asked = new(StringComparer.Ordinal);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(s_every, clock);
        while (await timer.WaitForNextTickAsync(stoppingToken))
        {
            try
            {
                foreach (var trial in await trials.ListAsync(stoppingToken))
                {
                    await LookAsync(trial, stoppingToken);
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                // A full disk, say: looked at again in a second.
                NotLooked(failure);
            }
        }
    }

    private async Task LookAsync(PluginTrial trial, CancellationToken cancellationToken)
    {
        if (trial.Stage == TrialStage.RollingBack)
        {
            // Its job has failed or was cancelled: half-way back is nowhere to stay.
            await AskBackAsync(trial, trial.Verdict ?? "", cancellationToken);
            return;
        }

        if (trial.Stage != TrialStage.Probation)
        {
            return;
        }

        // The state comes first: a version that does not run has no runs that could speak against it.
        var status = plugins.Find(trial.Plugin);
        var why = trial.Verdict
            ?? (status is { State: > PluginState.Leaked and not PluginState.RolledBack } && status.Desired?.Version == trial.To ? $"It is {status.State.ToString().ToLowerInvariant()}: {status.Reason}" : null);
        if (why is not null)
        {
            await trials.ObjectAsync(trial.Plugin, trial.To, why, cancellationToken);
            await AskBackAsync(trial, why, cancellationToken);
        }
        else if (TrialJudge.Over(trial, clock.GetUtcNow()) is { } over)
        {
            await trials.PassAsync(trial, over, cancellationToken);
        }
    }

    // Should another operation on the plugin be under way, this is asked for again later.
    private async Task AskBackAsync(PluginTrial trial, string why, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow();
        if (_asked.TryGetValue(trial.Plugin, out var last) && now - last < s_again)
        {
            return;
        }

        var back = new PluginOperation(PluginAction.Rollback, trial.Plugin, PluginTrials.Host) { Version = trial.From, Reason = why };
        var (_, added) = await queue.AddOnceAsync(PluginOperationJob.JobKind, trial.Plugin, Json.Write(back), PluginTrials.Host, cancellationToken);
        if (added)
        {
            _asked[trial.Plugin] = now;
        }
    }

    [LoggerMessage(1720, LogLevel.Error, "The upgrades on trial could not be looked at.")]
    private partial void NotLooked(Exception failure);
}
