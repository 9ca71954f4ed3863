using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Plugins;
using CustomerInsights.Host.Features.Privacy;
using CustomerInsights.Host.Features.Upgrades;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Components;
using CustomerInsights.Sdk;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Ingestion;

/// <summary>Reads one source: discovers its streams, reads each from where it stood, stores what is new.</summary>
internal sealed class IngestJob(MetadataService metadata, PluginHost plugins, PluginNews news, IRecordStore records, PluginTrials trials, ErasureGate gate) : IJobHandler
{
    public const string JobKind = "ingest";

    public string Kind => JobKind;

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        var name = job.Job.Subject!;
        var model = await metadata.ModelAsync(cancellationToken);
        if (!model.Sources.TryGetValue(name, out var source))
        {
            // Deleted since it was queued: a refresh goes on without it. One that cannot be understood is not the same as none.
            return model.Faults.FirstOrDefault(fault => fault.Kind == DefinitionKinds.Source && fault.Name == name) is { } fault
                ? throw new JobFailedException("Configuration", $"The source '{name}' is not usable at {fault.Pointer}: {fault.Message}")
                : Gone(name);
        }

        try
        {
            var configuration = SourceDiscovery.Configuration(source.Settings);
            await using var plugin = await plugins.OpenSourceAsync(source.Plugin, source.Contribution, ConnectionIds.OfSource(name), configuration, cancellationToken);
            return await trials.WatchAsync(
                plugin.Plugin,
                name,
                job.Job.Id,
                async () => await ReadAsync(job, name, source, plugin, await plugin.DiscoverAsync(cancellationToken), cancellationToken),
                cancellationToken);
        }
        catch (StoreConflictException)
        {
            if ((await metadata.ModelAsync(cancellationToken)).Sources.ContainsKey(name))
            {
                throw;
            }

            // Deleted while it was read, its streams with it.
            return Gone(name);
        }
        catch (PluginCallException failure)
        {
            throw JobFailedException.Of(failure.Failure);
        }
    }

    private static JobResult Gone(string name) => new(0, $"{name}: the source was deleted; nothing was read.");

    private async Task<JobResult> ReadAsync(
        JobContext job, string name, SourceDocument source, PluginSource plugin, SourceCatalog catalog, CancellationToken cancellationToken)
    {
        var unknown = source.Streams.Keys.Except(catalog.Streams.Select(stream => stream.Name)).ToList();
        if (unknown.Count > 0)
        {
            throw new JobFailedException(
                "Configuration", $"The source '{name}' has no stream '{unknown[0]}'.{Names.Suggest(unknown[0], catalog.Streams.Select(stream => stream.Name))}");
        }

        var intakes = new Dictionary<string, StreamIntake>(StringComparer.Ordinal);
        var finished = new List<StreamRun>();
        var selections = new List<StreamSelection>();
        foreach (var descriptor in catalog.Streams)
        {
            var settings = source.Streams.GetValueOrDefault(descriptor.Name) ?? new SourceStreamDocument();
            if (settings.Enabled)
            {
                var stored = await records.EnsureStreamAsync($"{name}.{descriptor.Name}", SourceValues.ToFields(descriptor), cancellationToken);
                var mode = settings.Mode == StreamMode.Full && descriptor.Modes.Contains(SyncMode.Full) ? SyncMode.Full : SyncMode.Incremental;
                if ((await records.ListRunsAsync(stored.Number, null, 1, cancellationToken)).Items is [{ Outcome: StreamRunOutcome.Complete or StreamRunOutcome.Unchanged } done]
                    && done.JobId == job.Job.Id)
                {
                    // An earlier attempt of this job read the stream to its end.
                    finished.Add(done);
                    continue;
                }

                var run = await records.BeginRunAsync(stored.Number, job.Job.Id, mode == SyncMode.Full, cancellationToken);
                intakes[descriptor.Name] = new StreamIntake(records, run, stored, await gate.OfAsync(await metadata.ModelAsync(cancellationToken), stored.Name, cancellationToken));
                selections.Add(new StreamSelection(descriptor.Name, mode)
                {
                    State = await StreamStates.ForAsync(plugin, descriptor, run.State, cancellationToken),
                    Resuming = run.Resuming,
                });
            }
        }

        if (selections.Count > 0)
        {
            var progress = new RunProgress(job, $"reading {name}");
            using var listening = news.Listen(ConnectionIds.OfSource(name), progress.Say);
            await foreach (var message in plugin.ReadAsync(new ReadRequest(job.Job.Id, selections), cancellationToken))
            {
                if (!intakes.TryGetValue(message.Stream, out var intake))
                {
                    throw new JobFailedException("Bug", $"The plugin '{source.Plugin}' sent a message of the stream '{message.Stream}', which was not asked for.");
                }

                await intake.TakeAsync(message, cancellationToken);
                progress.Count(intakes.Values.Sum(other => other.Counts.Read), null, $"reading {name}.{message.Stream}");
            }
        }

        foreach (var intake in intakes.Values)
        {
            await intake.DrainAsync();
        }

        return Result(name, source, intakes, finished, catalog.Warnings);
    }

    private static JobResult Result(string name, SourceDocument source, Dictionary<string, StreamIntake> intakes, List<StreamRun> finished, IReadOnlyList<string> warnings)
    {
        if (intakes.FirstOrDefault(pair => !pair.Value.Ended) is { Key: { } silent })
        {
            throw new JobFailedException("Bug", $"The plugin '{source.Plugin}' stopped without saying how the stream '{silent}' ended. What was read is kept; nothing was deleted.");
        }

        if (intakes.Values.FirstOrDefault(intake => intake.Ending!.Outcome == StreamOutcome.Incomplete) is { } incomplete)
        {
            throw new JobFailedException("Transient", $"The stream '{incomplete.Stream.Name}' ended early: {incomplete.Ending!.Reason ?? "no reason given"}");
        }

        var sum = intakes.Values.Select(intake => intake.Counts).Concat(finished.Select(run => run.Counts)).Aggregate(RecordCounts.Zero, (total, counts) => total + counts);
        var changed = sum.New + sum.Changed + sum.Deleted;
        var same = intakes.Values.All(intake => intake.Ending!.Outcome == StreamOutcome.Unchanged) && finished.All(run => run.Outcome == StreamRunOutcome.Unchanged);
        var summary = same
            ? $"{name}: unchanged since the last run."
            : $"{name}: {sum.Read:N0} read, {sum.New:N0} new, {sum.Changed:N0} changed, {sum.Unchanged:N0} unchanged, {sum.Deleted:N0} deleted, {sum.Rejected:N0} rejected.";
        var notes = warnings.ToList();
        notes.AddRange(intakes.Values.Where(intake => intake.Counts.Read == 0 && intake.Ending!.Outcome == StreamOutcome.Complete)
            .Select(intake => $"The stream '{intake.Stream.Name}' gave no records."));
        return new JobResult(changed, summary, new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["read"] = sum.Read,
            ["new"] = sum.New,
            ["changed"] = sum.Changed,
            ["unchanged"] = sum.Unchanged,
            ["deleted"] = sum.Deleted,
            ["rejected"] = sum.Rejected,
        })
        {
            Warnings = notes.Count == 0 ? null : notes,
        };
    }
}
