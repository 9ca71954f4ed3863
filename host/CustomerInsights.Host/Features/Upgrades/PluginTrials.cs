using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Sdk;
using CustomerInsights.Storage.Jobs;
using CustomerInsights.Storage.Plugins;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Upgrades;

/// <summary>The upgrades under way: what their runs show, and what follows from it. One change at a time.</summary>
internal sealed class PluginTrials(IPluginUpgradeStore store, IRecordStore records, IJobStore jobs, PluginConnections connections, PluginHost plugins) : IDisposable
{
    /// <summary>Who goes back when nobody has asked for it.</summary>
    public const string Host = "host";

    private const int EarlierJobs = 200;
    private readonly SemaphoreSlim _one = new(1, 1);

    public async ValueTask<PluginTrial?> FindAsync(string plugin, CancellationToken cancellationToken) =>
        await store.FindTrialAsync(plugin, cancellationToken) is { } text ? Json.Read<PluginTrial>(text) : null;

    public async ValueTask<IReadOnlyList<PluginTrial>> ListAsync(CancellationToken cancellationToken) =>
        [.. (await store.ListTrialsAsync(cancellationToken)).Values.Select(Json.Read<PluginTrial>)];

    public ValueTask PutAsync(PluginTrial trial, CancellationToken cancellationToken) => store.PutTrialAsync(trial.Plugin, Json.Write(trial), cancellationToken);

    /// <summary>What the runs before an upgrade were like, to compare those after it with.</summary>
    public async ValueTask<PluginTrial> MeasureAsync(PluginTrial trial, CancellationToken cancellationToken)
    {
        var all = await connections.OfAsync(trial.Plugin, cancellationToken);
        var streams = new Dictionary<string, StreamBaseline>(StringComparer.Ordinal);
        foreach (var stream in await connections.StreamsAsync(all, cancellationToken))
        {
            if (TrialJudge.Baseline((await records.ListRunsAsync(stream.Number, null, 50, cancellationToken)).Items) is { } baseline)
            {
                streams[stream.Name] = baseline;
            }
        }

        return trial with { Streams = streams, EarlierFailures = await EarlierFailuresAsync(all, cancellationToken) };
    }

    /// <summary>Does a run of a plugin's connection, and counts how it went if the version is on trial.</summary>
    /// <param name="plugin">The plugin and version that run.</param>
    /// <param name="source">The source; null for an export.</param>
    /// <param name="jobId">The job.</param>
    /// <param name="run">The run.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public async Task<JobResult> WatchAsync(PluginIdentity plugin, string? source, string jobId, Func<Task<JobResult>> run, CancellationToken cancellationToken)
    {
        try
        {
            var result = await run();
            await ChangeAsync(plugin.Id, plugin.Version, async trial => await SucceededAsync(trial, source, jobId, cancellationToken), cancellationToken);
            return result;
        }
        catch (PluginCallException failure) when (failure.Failure.Kind is not (FailureKind.Transient or FailureKind.RateLimited))
        {
            await FailedAsync(plugin, cancellationToken);
            throw;
        }
        catch (JobFailedException failure) when (Counts(failure.Kind))
        {
            await FailedAsync(plugin, cancellationToken);
            throw;
        }
    }

    /// <summary>Something else speaks against the version.</summary>
    public ValueTask ObjectAsync(string plugin, string version, string why, CancellationToken cancellationToken) =>
        ChangeAsync(plugin, version, trial => new(trial with { Verdict = trial.Verdict ?? why }), cancellationToken);

    /// <summary>Ends a trial that went well.</summary>
    public async ValueTask PassAsync(PluginTrial trial, string why, CancellationToken cancellationToken)
    {
        await store.PutTrialAsync(trial.Plugin, null, cancellationToken);
        plugins.SetTrial(trial.Plugin, null, Host, why);
    }

    /// <summary>Before plugins start: those on trial are so again, and one that is to be gone back from does not start.</summary>
    public async Task ResumeAsync(CancellationToken cancellationToken)
    {
        var wanted = File.Exists(plugins.Desired.FilePath) ? (await plugins.Desired.ReadAsync(cancellationToken)).State : null;
        foreach (var trial in await ListAsync(cancellationToken))
        {
            if (trial.Stage == TrialStage.RollingBack)
            {
                await plugins.HoldAsync(trial.Plugin, trial.To, trial.Actor, "rolled-back", $"{trial.To} is being rolled back to {trial.From}. {trial.Verdict}", null);
            }
            else if (wanted?.Find(trial.Plugin)?.Version == trial.To)
            {
                // The host ended right after plugins.json was changed: the job does what is left.
                await PutAsync(trial with { Stage = TrialStage.Probation }, cancellationToken);
                plugins.SetTrial(trial.Plugin, trial.To, trial.Actor, "");
            }
        }
    }

    public void Dispose() => _one.Dispose();

    private async ValueTask<PluginTrial> SucceededAsync(PluginTrial trial, string? source, string jobId, CancellationToken cancellationToken) => trial with
    {
        Succeeded = trial.Succeeded + 1,
        Verdict = trial.Verdict ?? (source is null ? null : await ObjectionAsync(trial, source, jobId, cancellationToken)),
    };

    private ValueTask FailedAsync(PluginIdentity plugin, CancellationToken cancellationToken) => ChangeAsync(
        plugin.Id,
        plugin.Version,
        trial =>
        {
            var now = trial with { Failed = trial.Failed + 1 };
            return new(now with { Verdict = now.Verdict ?? TrialJudge.Objection(now) });
        },
        cancellationToken);

    // What is the network's or the other side's fault says nothing of a version.
    private static bool Counts(string kind) => kind is not ("Transient" or "RateLimited");

    private async ValueTask<string?> ObjectionAsync(PluginTrial trial, string source, string jobId, CancellationToken cancellationToken)
    {
        foreach (var (name, before) in trial.Streams.Where(pair => pair.Key.StartsWith(source + ".", StringComparison.Ordinal)))
        {
            if (await records.FindStreamAsync(name, cancellationToken) is { } stream
                && (await records.ListRunsAsync(stream.Number, null, 5, cancellationToken)).Items.FirstOrDefault(run => run.JobId == jobId) is { } run
                && TrialJudge.Objection(name, run, before) is { } why)
            {
                return why;
            }
        }

        return null;
    }

    private async ValueTask<double> EarlierFailuresAsync(IReadOnlyList<PluginConnection> all, CancellationToken cancellationToken)
    {
        var (ended, failed) = (0, 0);
        foreach (var kind in new[] { Ingestion.IngestJob.JobKind, Exports.ExportJob.JobKind })
        {
            var names = all.Where(one => one.IsSource == (kind == Ingestion.IngestJob.JobKind)).Select(one => one.Name).ToHashSet(StringComparer.Ordinal);
            if (names.Count > 0)
            {
                var page = (await jobs.ListAsync(kind, null, null, EarlierJobs, cancellationToken)).Items.Where(job => job.Subject is { } subject && names.Contains(subject)).ToList();
                ended += page.Count(job => job.State is JobState.Succeeded or JobState.Failed);
                failed += page.Count(job => job.State == JobState.Failed && Counts(job.Error?.Kind ?? ""));
            }
        }

        return ended == 0 ? 0 : (double)failed / ended;
    }

    // Runs of another version than the one that is tried say nothing of it.
    private async ValueTask ChangeAsync(string plugin, string version, Func<PluginTrial, ValueTask<PluginTrial>> change, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            if (await FindAsync(plugin, cancellationToken) is { Stage: TrialStage.Probation } trial && trial.To == version)
            {
                await PutAsync(await change(trial), cancellationToken);
            }
        }
        finally
        {
            _one.Release();
        }
    }
}
