using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Accounts;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Unification.Live;
using CustomerInsights.Host.Features.Unification.Previewing;
using CustomerInsights.Host.Features.Unification.Running;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Jobs;
using CustomerInsights.Storage.Policies;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>One unification run of a profile type: reads its nodes, unifies them in memory, and writes the clusters that changed.</summary>
internal sealed class UnifyJob(
    ActivePolicies policies, UnificationReading reading, KeptRuns runs, IPolicyStore store, IProfileStore profiles, LinkRun linking, ClusterRun clustering, IReviewStore reviews, StoredMatchers matchers, BoundedUnifier unifier, UnificationGate gate, TimeProvider clock) : IJobHandler
{
    public const string JobKind = "unify";

    // A verdict that comes while the run works makes it begin again; somebody who gives them faster than that waits for the next run.
    private const int MostAttempts = 10;

    public string Kind => JobKind;

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        // What events tell meanwhile waits, and is looked at when the run has written: it would be made from what is about to change.
        using var entered = await gate.EnterAsync(job.Job.Subject!, cancellationToken);
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
        var policy = await policies.OfAsync(type, cancellationToken);
        var (model, unification) = (policy.Model, policy.Unification);

        job.Report(0, null, "reading records");
        var moment = new RuleMoment(clock.GetUtcNow());
        var data = await reading.ReadAsync(model, unification, moment, cancellationToken);

        job.Report(0, data.Records, "matching");
        var input = await matchers.GiveAsync(type, unification.Policy, data.Input, job.Job, cancellationToken);
        var result = unifier.Unify(unification.Policy, input, cancellationToken);
        var matcher = await matchers.KeepAsync(type, job.Job.Id, result, cancellationToken);
        runs.Keep(type, policy.Hash, moment.Now, result.MatcherRun);
        if (policy.Active is null)
        {
            await BecomeActiveAsync(job.Job, policy, data, result, moment.Now, cancellationToken);
        }

        (result, var links, var linked) = await linking.RunAsync(model, type, result, moment, cancellationToken);
        (result, var clusters) = await clustering.RunAsync(unification, result, cancellationToken);

        job.Report(0, result.Profiles.Count, "writing profiles");
        var plan = new ProfilePlan(model.ProfileTypes[type], unification.Policy, data.Streams, result, data.Previous, clock.GetUtcNow());
        var written = 0L;
        foreach (var changes in plan.Changes(job.Job.Id))
        {
            await profiles.ApplyAsync(changes with { Basis = data.Basis }, cancellationToken);
            written += changes.Puts.Count + changes.Removed.Count;
            job.Report(written, null, "writing profiles");
        }

        await AskAsync(type, job.Job.Id, result.MatcherRun, cancellationToken);
        return AccountsReport.AddTo(Result(type, policy, result, matcher, plan, written), type, links, linked, clusters);
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

    // The first policy of a type has no profiles to change: its preview is what the run finds.
    private async Task BecomeActiveAsync(Job job, PolicyInForce policy, UnificationData data, UnificationResult result, DateTimeOffset at, CancellationToken cancellationToken)
    {
        var (type, document) = (policy.Unification.ProfileType, Json.Write(policy.Document));
        var preview = PolicyPreviewing.Of(at, data, result, false, null, cancellationToken);
        await store.AddPreviewAsync(new PolicyPreview(job.Id, type, policy.Hash, document, Json.Write(preview), at, job.CreatedBy), cancellationToken);
        await store.ActivateAsync(new ActivePolicy(type, document, job.Id, default, job.CreatedBy), cancellationToken);
    }

    private static JobResult Result(string type, PolicyInForce policy, UnificationResult result, MatcherModelReport? model, ProfilePlan plan, long written)
    {
        List<string> warnings = [.. policy.Waits is null ? [] : new[] { policy.Waits }, .. PolicyPreviewing.Warnings(result)];
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
            Report = System.Text.Json.JsonSerializer.SerializeToElement(new { streams = result.Streams, rules = result.Rules, matcher = MatcherSummary.Of(result.Matcher), model, order = policy.Unification.Streams.Select(stream => stream.Name) }, Json.Options),
        };
    }
}
