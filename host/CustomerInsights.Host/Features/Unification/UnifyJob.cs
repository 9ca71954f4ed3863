using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Accounts;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Records;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>One unification run of a profile type: reads its nodes, unifies them in memory, and writes the clusters that changed.</summary>
internal sealed class UnifyJob(MetadataService metadata, IRecordStore records, IProfileStore profiles, LinkRun linking, ClusterRun clustering, IReviewStore reviews, TimeProvider clock) : IJobHandler
{
    public const string JobKind = "unify";

    // A verdict that comes while the run works makes it begin again; somebody who gives them faster than that waits for the next run.
    private const int MostAttempts = 10;

    public string Kind => JobKind;

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await TryAsync(job, cancellationToken);
            }
            catch (StoreConflictException) when (attempt < MostAttempts)
            {
                job.Report(0, null, "beginning again: a verdict came");
            }
        }
    }

    private async Task<JobResult> TryAsync(JobContext job, CancellationToken cancellationToken)
    {
        var type = job.Job.Subject!;
        var model = await metadata.ModelAsync(cancellationToken);
        if (!model.Unification.TryGetValue(type, out var unification))
        {
            var fault = model.Faults.FirstOrDefault(fault => fault.Kind == DefinitionKinds.Unification && fault.Name == type);
            throw new JobFailedException(
                "Configuration",
                fault is null ? $"There is no unification policy for '{type}'." : $"The unification policy of '{type}' is not usable at {fault.Pointer}: {fault.Message}");
        }

        job.Report(0, null, "reading records");
        var moment = new RuleMoment(clock.GetUtcNow());
        var basis = await profiles.BasisAsync(type, cancellationToken) with { Changes = null };
        var streams = await ReadStreamsAsync(model, unification, moment, cancellationToken);
        var previous = await PreviousProfiles.ReadAsync(profiles, type, cancellationToken);
        var told = NodeReading.Told(previous.Edges, streams);

        job.Report(0, streams.Sum(stream => stream.Nodes.Count), "matching");
        var result = Unifier.Unify(
            unification.Policy, new UnificationInput { Streams = streams, Edges = told }, new UnifierLimits { Threads = Environment.ProcessorCount }, cancellationToken);

        (result, var links, var linked) = await linking.RunAsync(model, type, result, moment, cancellationToken);
        (result, var clusters) = await clustering.RunAsync(unification, result, cancellationToken);

        job.Report(0, result.Profiles.Count, "writing profiles");
        var plan = new ProfilePlan(model.ProfileTypes[type], streams, result, previous, clock.GetUtcNow());
        var written = 0L;
        foreach (var changes in plan.Changes(job.Job.Id))
        {
            await profiles.ApplyAsync(changes with { Basis = basis }, cancellationToken);
            written += changes.Puts.Count + changes.Removed.Count;
            job.Report(written, null, "writing profiles");
        }

        await AskAsync(type, job.Job.Id, result.MatcherRun, cancellationToken);
        return AccountsReport.AddTo(Result(type, unification, result, plan, written), type, links, linked, clusters);
    }

    // Without a matcher there is nothing to ask; what an earlier policy's matcher asked goes.
    private async Task AskAsync(string type, string run, MatcherRun? matcher, CancellationToken cancellationToken)
    {
        if (matcher is not null)
        {
            await reviews.ReplaceAsync(type, run, RunDoubts.Of(matcher, cancellationToken), cancellationToken);
        }
        else if ((await reviews.ListAsync(type, null, 1, cancellationToken)).Items.Count > 0)
        {
            await reviews.ReplaceAsync(type, run, [], cancellationToken);
        }
    }

    private async Task<List<SourceStream>> ReadStreamsAsync(InsightsModel model, UnificationModel unification, RuleMoment moment, CancellationToken cancellationToken)
    {
        var streams = new List<SourceStream>();
        foreach (var schema in unification.Streams)
        {
            var fields = model.Mappings[schema.Name].Profile!.Fields;
            var nodes = new List<SourceNode>();
            if (await records.FindStreamAsync(schema.Name, cancellationToken) is { } stored)
            {
                await foreach (var node in profiles.ReadNodesAsync(stored.Number, cancellationToken))
                {
                    nodes.Add(NodeReading.Read(schema.Name, node, fields, moment));
                }
            }

            streams.Add(new SourceStream(schema, nodes));
        }

        return streams;
    }

    private static JobResult Result(string type, UnificationModel unification, UnificationResult result, ProfilePlan plan, long written)
    {
        var warnings = result.Warnings.ToList();
        warnings.AddRange(result.Rules.Where(rule => rule.Reason is not null).Select(rule => $"Rule '{rule.Rule}' of {rule.Stream}: {rule.Reason}"));
        var summary = written == 0
            ? $"{type}: {result.Profiles.Count:N0} profiles, nothing changed."
            : $"{type}: {result.Profiles.Count:N0} profiles from {result.Streams.Sum(stream => stream.Records):N0} records; {plan.Added:N0} new, {plan.Changed:N0} changed, {plan.Merged:N0} merged away, {plan.Removed:N0} removed.";
        return new JobResult(written, summary, new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["profiles"] = result.Profiles.Count,
            ["new"] = plan.Added,
            ["changed"] = plan.Changed,
            ["merged"] = plan.Merged,
            ["removed"] = plan.Removed,
            ["dropped"] = result.Dropped.Count,
            ["edges"] = result.Edges.Count,
        })
        {
            Warnings = warnings.Count == 0 ? null : warnings,
            Report = System.Text.Json.JsonSerializer.SerializeToElement(new { streams = result.Streams, rules = result.Rules, matcher = Shown(result.Matcher), order = unification.Streams.Select(stream => stream.Name) }, Json.Options),
        };
    }

    // Without the values that were set aside: a report is read by people who may not see customers' data.
    private static object? Shown(MatcherReport? matcher) => matcher is null ? null : new
    {
        fields = matcher.Fields,
        compared = matcher.Compared,
        joins = matcher.Joins,
        tied = matcher.Tied,
        keys = matcher.Keys,
        setAside = matcher.Junk.GroupBy(junk => junk.Field, StringComparer.Ordinal).Select(group => new { field = group.Key, values = group.Count(), records = group.Sum(junk => (long)junk.Records) }),
    };
}
