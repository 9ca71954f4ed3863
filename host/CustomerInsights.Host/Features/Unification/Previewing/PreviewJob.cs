using System.Globalization;
using System.Text.Json;
using CustomerInsights.Core.Rules;
using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Linkage;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Unification.Running;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Policies;

namespace CustomerInsights.Host.Features.Unification.Previewing;

/// <summary>Computes what a policy would do with the records that there are, and stores it. Nothing of the profiles changes.</summary>
internal sealed class PreviewJob(ActivePolicies policies, UnificationReading reading, StoredMatchers matchers, BoundedUnifier unifier, IPolicyStore store, TimeProvider clock) : IJobHandler
{
    public const string JobKind = "policy-preview";

    public string Kind => JobKind;

    /// <summary>What to compute.</summary>
    /// <param name="Policy">The policy.</param>
    /// <param name="Against">The policy to compare it with; null: the active one, if it is another.</param>
    public sealed record Parameters(UnificationPolicy Policy, UnificationPolicy? Against = null);

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        var type = job.Job.Subject!;
        var asked = Json.Read<Parameters>(job.Job.Parameters);
        var hash = ActivePolicies.Hash(asked.Policy);
        var against = asked.Against ?? (await store.FindActiveAsync(type, cancellationToken) is { } active ? Json.Read<UnificationPolicy>(active.Document) : null);

        job.Report(0, null, "reading records");
        var now = clock.GetUtcNow();
        var (data, result) = await RunAsync(job, type, asked.Policy, now, cancellationToken);
        var other = against is null || ActivePolicies.Hash(against) == hash ? default
            : await OtherAsync(job, type, against, mustBeUsable: asked.Against is not null, now, cancellationToken);

        job.Report(data.Records, null, "telling what would change");
        var preview = PolicyPreviewing.Of(now, data, result, true, other, cancellationToken);
        await store.AddPreviewAsync(new PolicyPreview(job.Job.Id, type, hash, Json.Write(asked.Policy), Json.Write(preview), now, job.Job.CreatedBy), cancellationToken);
        var difference = preview.Change.Difference;
        return new JobResult(0, Summary(type, preview), new Dictionary<string, long>(StringComparer.Ordinal)
        {
            ["profiles"] = preview.Policy.Profiles,
            ["merges"] = difference.Merges,
            ["splits"] = difference.Splits,
            ["recordsMoved"] = difference.RecordsMoved,
        })
        {
            Warnings = preview.Policy.Warnings.Count == 0 ? null : preview.Policy.Warnings,
            Report = JsonSerializer.SerializeToElement(new { preview = job.Job.Id, hash }, Json.Options),
        };
    }

    /// <summary>A preview in a sentence or two.</summary>
    internal static string Summary(string type, PreviewResult preview)
    {
        var (change, expected) = (preview.Change, preview.Policy.Expected);
        var told = string.Create(
            CultureInfo.InvariantCulture,
            $"{type}: {preview.Policy.Records:N0} records would make {preview.Policy.Profiles:N0} profiles, there are {change.ProfilesBefore:N0}: {change.Difference.Merges:N0} merges, {change.Difference.Splits:N0} splits.");
        string Shown(Estimate share) => string.Create(CultureInfo.InvariantCulture, $"{share.Value * 100:0.0} % ({share.Low * 100:0.0} to {share.High * 100:0.0})");
        return expected is null ? told : $"{told} Expected precision {Shown(expected.Precision)}, recall {Shown(expected.Recall)}.";
    }

    // The active policy may have become unusable; that is a reason to make another active, not to refuse its preview.
    private async Task<(string Hash, UnificationPolicy Policy, UnificationData Data, UnificationResult Result)?> OtherAsync(
        JobContext job, string type, UnificationPolicy against, bool mustBeUsable, DateTimeOffset now, CancellationToken cancellationToken)
    {
        try
        {
            var (data, result) = await RunAsync(job, type, against, now, cancellationToken);
            return (ActivePolicies.Hash(against), against, data, result);
        }
        catch (JobFailedException) when (!mustBeUsable)
        {
            return null;
        }
    }

    private async Task<(UnificationData Data, UnificationResult Result)> RunAsync(
        JobContext job, string type, UnificationPolicy policy, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var (model, faults) = await policies.TryAsync(type, policy, cancellationToken);
        if (!model.Unification.TryGetValue(type, out var unification))
        {
            var fault = faults.Count > 0 ? faults[0] : null;
            throw new JobFailedException("Configuration", fault is null ? $"The policy of '{type}' is not usable." : $"The policy of '{type}' is not usable at {fault.Pointer}: {fault.Message}");
        }

        var data = await reading.ReadAsync(model, unification, new RuleMoment(now), cancellationToken);
        job.Report(0, data.Records, "matching");
        var input = await matchers.GiveAsync(type, unification.Policy, data.Input, null, cancellationToken);
        return (data, unifier.Unify(unification.Policy, input, cancellationToken));
    }
}
