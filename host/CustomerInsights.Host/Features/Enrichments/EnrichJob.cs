using System.Buffers.Binary;
using System.Security.Cryptography;
using CustomerInsights.Core.Model;
using CustomerInsights.Host.Features.Ingestion;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Plugins;
using CustomerInsights.Host.Features.Upgrades;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Components;
using CustomerInsights.Sdk;
using CustomerInsights.Storage.Enrichments;
using CustomerInsights.Storage.Links;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Enrichments;

/// <summary>
/// Runs one enrichment: hands profiles of one moment to the plugin, gathers its answers in a generation that nobody sees, shows all of it at once. After a crash it
/// goes on from the plugin's last checkpoint. One that fails leaves what was said before; in a refresh it does not keep segments and exports from going on.
/// </summary>
internal sealed class EnrichJob(
    MetadataService metadata, PluginHost plugins, PluginNews news, PluginTrials trials, IEnrichmentStore store, IProfileStore profiles, IProfileLinkStore links, ISegmentStore segments, TimeProvider clock) : IJobHandler
{
    public const string JobKind = "enrich";
    private const int HashBytes = 16;

    public string Kind => JobKind;

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        var name = job.Job.Subject!;
        try
        {
            return await TryAsync(job, name, cancellationToken);
        }
        catch (Exception failure) when (failure is PluginCallException or PluginException or JobFailedException)
        {
            var failed = failure switch
            {
                PluginCallException call => JobFailedException.Of(call.Failure),
                PluginException plugin => new JobFailedException(plugin.Kind.ToString(), plugin.Message),
                _ => (JobFailedException)failure,
            };
            if (failed.Kind is "Transient" or "RateLimited" && job.Job.Attempts < JobRunner.MostAttempts)
            {
                throw failed;
            }

            var now = clock.GetUtcNow();
            await store.AbandonAsync(name, new EnrichmentRun(job.Job.Id, false, "", failed.Message, job.Job.StartedAt ?? now, now), CancellationToken.None);
            if (job.Job.Parent is null)
            {
                throw failed;
            }

            return new JobResult(0, $"{name}: failed.") { Warnings = [$"The enrichment '{name}' failed, and what it said before stays: {failed.Message}"] };
        }
    }

    private async Task<JobResult> TryAsync(JobContext job, string name, CancellationToken cancellationToken)
    {
        var enrichment = await FindAsync(name, cancellationToken);
        await using var plugin = await plugins.OpenEnrichmentAsync(
            enrichment.Document.Plugin, enrichment.Document.Contribution, ConnectionIds.OfEnrichment(name), SourceDiscovery.Configuration(enrichment.Document.Settings), cancellationToken);
        return await trials.WatchAsync(
            plugin.Plugin,
            source: null,
            job.Job.Id,
            async () =>
            {
                // Another version of the plugin may read and write other things than it said when the enrichment was saved.
                var descriptor = await plugin.DescribeAsync(cancellationToken);
                if (await metadata.DescribeAsync(name, SourceValues.ToDescription(descriptor), cancellationToken))
                {
                    enrichment = await FindAsync(name, cancellationToken);
                }

                return await RunAsync(job, enrichment, plugin, descriptor, cancellationToken);
            },
            cancellationToken);
    }

    private async Task<EnrichmentModel> FindAsync(string name, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        return model.Enrichments.GetValueOrDefault(name) ?? throw JobSubjects.Missing(model, DefinitionKinds.Enrichment, "enrichment", name);
    }

    private async Task<JobResult> RunAsync(JobContext job, EnrichmentModel enrichment, PluginEnrichment plugin, EnrichmentDescriptor descriptor, CancellationToken cancellationToken)
    {
        var draft = await DraftAsync(job, enrichment, descriptor, cancellationToken);
        await using var population = await HostPopulation.OpenAsync(
            await metadata.ModelAsync(cancellationToken), enrichment, descriptor, draft.AsOf, profiles, links, segments, cancellationToken);
        var writer = new AnswerWriter(store, draft, enrichment.Description, clock);
        var progress = new RunProgress(job, $"enriching by {enrichment.Name}");
        using var listening = news.Listen(ConnectionIds.OfEnrichment(enrichment.Name), progress.Say);
        if (plugin.IsPopulation)
        {
            // Not converted as it is: of no array the conversion makes an empty state, which is not the same as none.
            var resumeFrom = draft.Checkpoint is { } state ? (ReadOnlyMemory<byte>?)state : null;
            await foreach (var message in plugin.RunAsync(population, resumeFrom, cancellationToken))
            {
                await writer.TakeAsync(message, cancellationToken);
                progress.Count(writer.Answered, population.Count, $"enriching by {enrichment.Name}");
            }
        }
        else
        {
            await AskAsync(enrichment.Name, plugin, descriptor, population, draft, writer, progress, cancellationToken);
        }

        await writer.FlushAsync(null, cancellationToken);
        return await PublishAsync(job, enrichment, plugin, draft, population, writer, cancellationToken);
    }

    private async Task<EnrichmentDraft> DraftAsync(JobContext job, EnrichmentModel enrichment, EnrichmentDescriptor descriptor, CancellationToken cancellationToken)
    {
        if (await store.FindDraftAsync(enrichment.Name, cancellationToken) is { } draft)
        {
            if (draft.JobId == job.Job.Id && draft.ProfileType == descriptor.ProfileType)
            {
                await store.ResumeAsync(draft, cancellationToken);
                return draft;
            }

            // Another job's that never ended: that job was cancelled, or the enrichment is of other profiles now.
            var now = clock.GetUtcNow();
            await store.AbandonAsync(enrichment.Name, new EnrichmentRun(draft.JobId, false, "", "Superseded by a later run.", draft.AsOf, now), cancellationToken);
        }

        return await store.BeginAsync(enrichment.Name, descriptor.ProfileType, job.Job.Id, clock.GetUtcNow(), cancellationToken);
    }

    // Profile by profile: the place where it stands is the checkpoint.
    private async Task AskAsync(
        string name, PluginEnrichment plugin, EnrichmentDescriptor descriptor, HostPopulation population, EnrichmentDraft draft, AnswerWriter writer, RunProgress progress, CancellationToken cancellationToken)
    {
        var after = draft.Checkpoint is { } place ? BinaryPrimitives.ReadInt64BigEndian(place) : 0;
        await foreach (var batch in population.ReadNumberedAsync(after, cancellationToken))
        {
            var due = new List<(ProfileInput Input, byte[]? Hash)>();
            if (descriptor.CacheFor > TimeSpan.Zero)
            {
                var last = await store.LastAsync(name, [.. batch.Select(one => one.Number)], cancellationToken);
                foreach (var (number, input) in batch)
                {
                    var hash = Hash(input);
                    if (last.TryGetValue(number, out var answer) && IsGood(answer, hash, descriptor.CacheFor))
                    {
                        writer.AddAgain(input.ProfileId, answer);
                    }
                    else
                    {
                        due.Add((input, hash));
                    }
                }
            }
            else
            {
                due.AddRange(batch.Select(one => (one.Input, (byte[]?)null)));
            }

            if (due.Count > 0)
            {
                var results = await plugin.EnrichAsync([.. due.Select(one => one.Input)], cancellationToken);
                for (var i = 0; i < results.Count; i++)
                {
                    writer.Add(results[i], due[i].Hash);
                }
            }

            var checkpoint = new byte[sizeof(long)];
            BinaryPrimitives.WriteInt64BigEndian(checkpoint, batch[^1].Number);
            await writer.FlushAsync(checkpoint, cancellationToken);
            progress.Count(writer.Answered, population.Count, $"enriching by {name}");
        }
    }

    private bool IsGood(EnrichmentAnswer answer, byte[] hash, TimeSpan cacheFor) =>
        answer.Outcome is (int)EnrichmentOutcome.Enriched or (int)EnrichmentOutcome.NoMatch
        && answer.Input is { } input && input.AsSpan().SequenceEqual(hash) && answer.At + cacheFor > clock.GetUtcNow();

    private static byte[] Hash(ProfileInput input) => SHA256.HashData(ValueDocument.Write(
        [.. Enumerable.Range(0, input.Values.Count).Select(i => i.ToString(System.Globalization.CultureInfo.InvariantCulture))], [.. input.Values.Select(SourceValues.ToValue)]))[..HashBytes];

    private async Task<JobResult> PublishAsync(
        JobContext job, EnrichmentModel enrichment, PluginEnrichment plugin, EnrichmentDraft draft, HostPopulation population, AnswerWriter writer, CancellationToken cancellationToken)
    {
        var tally = new EnrichmentTally(enrichment.Description);
        await foreach (var answer in store.ReadDraftAsync(draft, cancellationToken))
        {
            tally.Add(answer);
        }

        var counts = tally.Counts(population.Count);
        foreach (var (reason, count) in population.LeftOut.Details())
        {
            counts[reason] = count;
        }

        var summary = $"{enrichment.Name}: {counts["enriched"]:N0} of {population.Count:N0} profiles enriched.{population.LeftOut}";
        var run = new EnrichmentRun(job.Job.Id, true, plugin.Plugin.Version, summary, job.Job.StartedAt ?? draft.AsOf, clock.GetUtcNow())
        {
            Counts = Json.Write(counts),
            Coverage = Json.Write(tally.Coverage),
        };
        var changed = await store.PublishAsync(draft, run, cancellationToken);
        while (await store.ClearAsync(cancellationToken))
        {
            // In pieces, each a transaction of its own.
        }

        return new JobResult(changed, summary, counts) { Warnings = writer.Reasons.Count == 0 ? null : writer.Reasons };
    }
}
