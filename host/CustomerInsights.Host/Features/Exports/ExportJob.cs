using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Consent;
using CustomerInsights.Host.Features.Ingestion;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Plugins;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Features.Upgrades;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Components;
using CustomerInsights.Sdk;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Exports;
using CustomerInsights.Storage.Segments;

namespace CustomerInsights.Host.Features.Exports;

/// <summary>
/// Runs one export: works out what the target is to receive, stores it as a plan, sends it batch by batch, commits. After a crash the same plan goes
/// on: from the batch where it stood for a target that works in steps, from its first batch for a transactional one.
/// </summary>
internal sealed class ExportJob(
    MetadataService metadata, PluginHost plugins, PluginNews news, PopulationScan population, ISegmentStore segments, IExportStore exports, IDefinitionStore definitions, PluginTrials trials, TimeProvider clock) : IJobHandler
{
    public const string JobKind = "export";

    public string Kind => JobKind;

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        var name = job.Job.Subject!;
        var model = await metadata.ModelAsync(cancellationToken);
        var export = model.Exports.GetValueOrDefault(name) ?? throw JobSubjects.Missing(model, DefinitionKinds.Export, "export", name);
        try
        {
            var configuration = SourceDiscovery.Configuration(export.Document.Settings);
            await using var target = await plugins.OpenExportAsync(export.Document.Plugin, export.Document.Contribution, ConnectionIds.OfExport(name), configuration, cancellationToken);
            return await trials.WatchAsync(
                target.Plugin,
                source: null,
                job.Job.Id,
                async () =>
                {
                    var descriptor = await target.DescribeAsync(cancellationToken);
                    Require(descriptor, export);
                    return await RunAsync(job, model, export, target, descriptor, cancellationToken);
                },
                cancellationToken);
        }
        catch (PluginCallException failure)
        {
            throw JobFailedException.Of(failure.Failure);
        }
    }

    private async Task<JobResult> RunAsync(
        JobContext job, InsightsModel model, ExportModel export, PluginExport target, ExportDescriptor descriptor, CancellationToken cancellationToken)
    {
        var plan = await exports.FindPlanAsync(export.Name, cancellationToken);
        List<string> shape = [.. export.Fields.Select(field => $"{field.Name}:{field.Type}:{RuleText.Format(field.Rule.Source)}")];
        if (export.Purpose is { } purpose)
        {
            shape.Add($"{export.Document.Channel}:{purpose.NeedsConsent}");
        }

        var fields = Json.Write(shape);
        var leftOut = new LeftOut();
        if (plan is not null && (plan.JobId != job.Job.Id || plan.FieldsJson != fields))
        {
            // Another job's plan that never ended (that job failed for good), or one of other fields than the export has now.
            await exports.AbandonAsync(export.Name, Run(plan, false, new Tally(), "Superseded by a later run.", "{}"), cancellationToken);
            plan = null;
        }

        if (plan is null)
        {
            job.Report(0, null, $"planning {export.Name}");
            var (batches, count) = await PlanAsync(model, export, descriptor, leftOut, cancellationToken);
            if (descriptor.MaxMembers is { } most && count > most)
            {
                throw new JobFailedException("Permanent", $"The export '{export.Name}' has {count:N0} members; the target takes at most {most:N0}. Nothing was sent. Narrow the segment '{export.Document.Segment}'.");
            }

            if (batches.All(batch => batch.All(member => member.Change == PlannedChange.Unchanged)) && await IsDoneAsync(job, export.Name, cancellationToken))
            {
                return new JobResult(0, $"{export.Name}: nothing changed since the last export.{leftOut}", leftOut.Details());
            }

            plan = await exports.SavePlanAsync(export.Name, job.Job.Id, fields, batches, cancellationToken);
        }

        return await SendAsync(job, export, plan, target, descriptor, leftOut, cancellationToken);
    }

    // Whether the last export still stands, nothing in it having changed. A first one is made even if empty, so that the target exists; so is one with
    // changed settings (another file, another delimiter), and one that a person asks for (the file was taken away).
    private async Task<bool> IsDoneAsync(JobContext job, string name, CancellationToken cancellationToken) =>
        job.Job.Parent is not null
        && await exports.ListRunsAsync(name, null, 1, cancellationToken) is { Items: [{ Succeeded: true } last, ..] }
        && await definitions.FindAsync(DefinitionKinds.Export, name, cancellationToken) is { } definition
        && definition.ChangedAt <= last.StartedAt;

    private async Task<JobResult> SendAsync(
        JobContext job, ExportModel export, ExportPlan plan, PluginExport target, ExportDescriptor descriptor, LeftOut leftOut, CancellationToken cancellationToken)
    {
        var fields = export.Fields.Select(field => new FieldDescriptor(field.Name, SourceValues.ToKind(field.Type))).ToList();
        var request = new Sdk.ExportJob(plan.JobId, export.Name, export.Document.Segment, fields, plan.Generation, plan.CreatedAt) { MemberCount = plan.MemberCount };
        var tally = new Tally();
        var progress = new RunProgress(job, $"exporting {export.Name}");
        using var listening = news.Listen(ConnectionIds.OfExport(export.Name), progress.Say);
        await using var session = await target.OpenAsync(request, cancellationToken);
        try
        {
            var first = descriptor.Visibility == ExportVisibility.Transactional ? 0 : plan.NextBatch;
            for (var number = 0; number < plan.BatchCount; number++)
            {
                var batch = await exports.ReadBatchAsync(export.Name, number, cancellationToken) ?? [];
                tally.Count(batch);
                if (number < first)
                {
                    continue;
                }

                // A full target learns by absence who has gone.
                var sent = descriptor.Membership == ExportMembership.Full ? [.. batch.Where(member => member.Change != PlannedChange.Removed)] : batch;
                var members = sent.Select(member => new ExportMember(member.Profile.ToString(), PlannedChange.ToSdk(member.Change), Values(export, member.Document))).ToList();
                var outcomes = members.Count == 0 ? [] : await session.WriteAsync($"{export.Name}/{plan.Generation}/{plan.JobId}/{number}", members, cancellationToken);
                var refused = Refused(sent, outcomes);
                tally.Refused += refused.Count;
                await exports.AdvanceAsync(export.Name, number + 1, refused, cancellationToken);
                progress.Count(tally.Total, plan.MemberCount, $"exporting {export.Name}");
            }

            var receipt = await session.CommitAsync(cancellationToken);
            await exports.CommitAsync(export.Name, Run(plan, true, tally, receipt.Summary, Json.Write(leftOut.With(receipt.Details))), cancellationToken);
            return new JobResult(
                tally.Added + tally.Changed + tally.Removed,
                $"{export.Name}: {tally.Total - tally.Removed:N0} members; {tally.Added:N0} added, {tally.Changed:N0} changed, {tally.Removed:N0} removed, {tally.Refused:N0} refused.{leftOut} {receipt.Summary}",
                new Dictionary<string, long>(leftOut.Details(), StringComparer.Ordinal) { ["added"] = tally.Added, ["changed"] = tally.Changed, ["removed"] = tally.Removed, ["refused"] = tally.Refused });
        }
        catch (Exception failure)
        {
            await session.AbortAsync(CancellationToken.None);
            if (failure is PluginCallException { Failure.Kind: not (FailureKind.Transient or FailureKind.RateLimited) } lasting)
            {
                await exports.AbandonAsync(export.Name, Run(plan, false, tally, lasting.Failure.Message, "{}"), CancellationToken.None);
            }

            throw;
        }
    }

    // The second is how many are in the segment and may be told: a target's limit is one on them, not on what changed.
    private async Task<(List<IReadOnlyList<PlannedMember>> Batches, long Members)> PlanAsync(InsightsModel model, ExportModel export, ExportDescriptor descriptor, LeftOut leftOut, CancellationToken cancellationToken)
    {
        var members = await segments.MembersAsync(export.Document.Segment, cancellationToken);
        var before = new Dictionary<ProfileId, byte[]>();
        await foreach (var exported in exports.ReadExportedAsync(export.Name, cancellationToken))
        {
            before[exported.Profile] = exported.Document;
        }

        var planned = new List<PlannedMember>();
        var count = 0L;
        var keyed = descriptor is { Membership: ExportMembership.Difference, KeyField: { } key } ? new KeyedPlan(key) : null;
        var rules = export.Fields.Select(field => field.Rule).ToList();
        var names = export.Fields.Select(field => field.Name).ToList();
        var moment = await population.MomentAsync(model, export.ProfileType, rules, clock.GetUtcNow(), null, cancellationToken);
        await foreach (var profile in population.ScanAsync(model, export.ProfileType, rules, export.Purpose is not null || rules.Any(rule => rule.Dependencies.Channels.Count > 0), cancellationToken))
        {
            if (Array.BinarySearch(members, profile.Number) < 0)
            {
                continue;
            }

            // Who may not be told any more is planned as removed below, as one who has left the segment.
            if (export.Purpose is { } purpose && export.Document.Channel is { } channel && leftOut.Count(profile.ReachBy(channel, purpose.NeedsConsent)))
            {
                continue;
            }

            count++;
            profile.Set(ModelBuilder.ExportProfileId, Value.Of(profile.Id.ToString()));
            var document = ValueDocument.Write(names, [.. export.Fields.Select(field => Evaluate(export, field, profile, moment))]);
            var change = !before.Remove(profile.Id, out var old) ? PlannedChange.Added
                : old.AsSpan().SequenceEqual(document) ? PlannedChange.Unchanged : PlannedChange.Changed;
            if (keyed is not null)
            {
                keyed.Take(new PlannedMember(profile.Id, change, document), old);
            }
            else if (change != PlannedChange.Unchanged || descriptor.Membership == ExportMembership.Full)
            {
                planned.Add(new PlannedMember(profile.Id, change, document));
            }
        }

        // What was exported and is no member any more. A full target learns of it by absence; it is planned all the same, so that it is counted.
        var removed = before.OrderBy(pair => pair.Key.ToString(), StringComparer.Ordinal).Select(pair => new PlannedMember(pair.Key, PlannedChange.Removed, pair.Value));
        planned = keyed is null ? [.. planned, .. removed] : keyed.Plan(removed);
        return ([.. planned.Chunk(Math.Clamp(descriptor.MaxBatch, 1, 10_000))], count);
    }

    private static Value Evaluate(ExportModel export, MappedField field, ProfileSubject profile, RuleMoment moment)
    {
        try
        {
            return field.Rule.Evaluate(profile, moment);
        }
        catch (RuleEvaluationException error)
        {
            throw new JobFailedException("Data", $"The field '{field.Name}' of the export '{export.Name}': {error.Message}");
        }
    }

    private static void Require(ExportDescriptor descriptor, ExportModel export)
    {
        foreach (var required in descriptor.RequiredFields)
        {
            if (!export.Fields.Any(field => field.Name == required.Name))
            {
                throw new JobFailedException("Configuration", $"The target needs a field '{required.Name}'; add it to the fields of the export '{export.Name}'.");
            }
        }
    }

    private static List<FieldValue> Values(ExportModel export, byte[] document)
    {
        var values = ValueDocument.Read(document);
        return [.. export.Fields.Select(field => SourceValues.ToField(values.GetValueOrDefault(field.Name)))];
    }

    private static List<RefusedMember> Refused(IReadOnlyList<PlannedMember> batch, IReadOnlyList<MemberOutcome> outcomes) =>
    [
        .. batch.Zip(outcomes)
            .Where(pair => pair.Second.Result is MemberResult.RejectedPermanent or MemberResult.RejectedRetryable)
            .Select(pair => new RefusedMember(pair.First.Profile, pair.Second.Result == MemberResult.RejectedRetryable, pair.Second.Reason ?? "No reason given.")),
    ];

    private ExportRun Run(ExportPlan plan, bool succeeded, Tally tally, string summary, string details) => new(
        plan.JobId, plan.Generation, succeeded, tally.Added, tally.Changed, tally.Removed, tally.Refused, summary, details, plan.CreatedAt, clock.GetUtcNow());

    private sealed class Tally
    {
        public long Added { get; private set; }

        public long Changed { get; private set; }

        public long Removed { get; private set; }

        public long Refused { get; set; }

        public long Total { get; private set; }

        public void Count(IReadOnlyList<PlannedMember> batch)
        {
            Total += batch.Count;
            Added += batch.Count(member => member.Change == PlannedChange.Added);
            Changed += batch.Count(member => member.Change == PlannedChange.Changed);
            Removed += batch.Count(member => member.Change == PlannedChange.Removed);
        }
    }
}

/// <summary>What a plan says of a member.</summary>
internal static class PlannedChange
{
    public const int Added = 0;
    public const int Changed = 1;
    public const int Removed = 2;
    public const int Unchanged = 3;

    public static MemberChange ToSdk(int change) => change switch
    {
        Changed => MemberChange.Changed,
        Removed => MemberChange.Removed,
        _ => MemberChange.Added,
    };
}
