using System.Text.Json;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage;
using CustomerInsights.Storage.Measures;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>Computes the measures that may have changed, or with a subject one and what builds on it, and writes what did.</summary>
internal sealed class MeasuresJob(
    MetadataService metadata, ProfileMeasures perProfile, IPopulationAnswers answers, IMeasureStore store, IChangeFeed changes, HostSettings settings, TimeProvider clock) : IJobHandler, IDisposable
{
    public const string JobKind = "measures";

    private const string Consumer = "measures";

    /// <summary>How long every record of the history is kept; then the last of each day is.</summary>
    private static readonly TimeSpan s_allKept = TimeSpan.FromDays(2);

    // One at a time: two would write documents of the same profiles.
    private readonly SemaphoreSlim _one = new(1, 1);

    public string Kind => JobKind;

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        await _one.WaitAsync(cancellationToken);
        try
        {
            var model = await metadata.ModelAsync(cancellationToken);
            return job.Job.Subject is { } name
                ? await RunAsync(job, model, PlanOne(model, name), cancellationToken)
                : await RunAllAsync(job, model, cancellationToken);
        }
        finally
        {
            _one.Release();
        }
    }

    public void Dispose() => _one.Dispose();

    private static MeasurePlan PlanOne(InsightsModel model, string name)
    {
        if (model.Measures.FirstOrDefault(measure => measure.Name == name) is not { } measure)
        {
            throw JobSubjects.Missing(model, DefinitionKinds.Measure, "measure", name);
        }

        return measure.IsActive
            ? MeasurePlan.OfOne(model, name)
            : throw JobSubjects.Inactive("measure", name, "rows", "'active'");
    }

    private async Task<JobResult> RunAllAsync(JobContext job, InsightsModel model, CancellationToken cancellationToken)
    {
        // What changes from here on may or may not be seen below: the next run looks at it again.
        var position = await changes.LastAsync(cancellationToken);
        var changed = await changes.LatestAsync(await changes.PositionAsync(Consumer, cancellationToken), cancellationToken);
        var rowless = new HashSet<string>(StringComparer.Ordinal);
        foreach (var measure in model.Measures.Where(measure => measure.Document.Business))
        {
            if (await store.FindBusinessAsync(measure.Name, cancellationToken) is null)
            {
                rowless.Add(measure.Name);
            }
        }

        var before = await store.FingerprintsAsync(cancellationToken);
        var result = await RunAsync(job, model, MeasurePlan.Of(model, before, changed, rowless), cancellationToken, everyType: before.Count == 0);
        await store.ThinHistoryAsync(clock.GetUtcNow() - s_allKept, clock.GetUtcNow() - TimeSpan.FromDays(settings.MeasureHistoryDays), cancellationToken);

        // A row of the feed that says only that we have read it would make the next refresh write again.
        if (await changes.PositionAsync(Consumer, cancellationToken) < position)
        {
            await changes.AdvanceAsync(Consumer, position, cancellationToken);
        }

        return result;
    }

    private async Task<JobResult> RunAsync(JobContext job, InsightsModel model, MeasurePlan plan, CancellationToken cancellationToken, bool everyType = false)
    {
        var now = clock.GetUtcNow();
        var written = 0L;
        foreach (var type in model.ProfileTypes.Keys.Order(StringComparer.Ordinal))
        {
            var measures = model.Measures.Where(measure => measure.Document.ProfileType == type && !measure.Document.Business).ToList();
            if (everyType || plan.Gone.Count > 0 || measures.Exists(measure => plan.Due.ContainsKey(measure.Name)))
            {
                written += await perProfile.ComputeAsync(job, model, type, measures, plan.Due, now, cancellationToken);
            }
        }

        var business = await BusinessAsync(job, model, plan, now, cancellationToken);
        await store.PutFingerprintsAsync(
            [
                .. model.Measures.Where(measure => plan.Due.ContainsKey(measure.Name)).Select(measure => KeyValuePair.Create(measure.Name, (string?)MeasurePlan.Fingerprint(measure))),
                .. plan.Gone.Select(name => KeyValuePair.Create(name, (string?)null)),
            ],
            cancellationToken);
        return Result(model, plan, written, business);
    }

    private async Task<long> BusinessAsync(JobContext job, InsightsModel model, MeasurePlan plan, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var written = 0L;
        var due = model.Measures.Where(measure => measure.Document.Business && plan.Due.ContainsKey(measure.Name));
        foreach (var group in due.GroupBy(measure => (measure.Document.ProfileType, measure.Zone.Id)))
        {
            var measures = group.ToList();
            job.Report(0, null, $"business measures of {group.Key.ProfileType}");
            var totals = measures.Where(measure => measure.Total is not null).ToList();
            var rows = await answers.BusinessAsync(
                new PopulationQuestion(model, group.Key.ProfileType, now, measures[0].Zone),
                [.. measures, .. totals.Select(measure => measure with { Rule = measure.Total! })],
                cancellationToken);
            for (var i = 0; i < measures.Count; i++)
            {
                var total = totals.IndexOf(measures[i]) is >= 0 and var at ? rows[measures.Count + at][0] : null;
                written += await store.PutBusinessAsync(measures[i].Name, BusinessRows.Write(rows[i], total), now, cancellationToken) ? 1 : 0;
            }
        }

        return written;
    }

    private static JobResult Result(InsightsModel model, MeasurePlan plan, long written, long business)
    {
        var faults = model.Faults.Where(fault => fault is { Kind: DefinitionKinds.Measure, Warning: false }).Select(fault => $"Measure '{fault.Name}' is left out: {fault.Message}").ToList();
        var report = model.Measures.Select(measure => new MeasureRun(
            measure.Name, plan.Due.ContainsKey(measure.Name), plan.Due.GetValueOrDefault(measure.Name) ?? plan.Skipped[measure.Name])).ToList();
        return new JobResult(
            written + business,
            written + business == 0 ? "No measure changed." : $"Measures of {written:N0} profiles and {business:N0} business measures changed.",
            new Dictionary<string, long>(StringComparer.Ordinal)
            {
                ["profiles"] = written,
                ["business"] = business,
                ["computed"] = plan.Due.Count,
                ["skipped"] = plan.Skipped.Count,
            })
        {
            Warnings = faults.Count == 0 ? null : faults,
            Report = JsonSerializer.SerializeToElement(report, Json.Options),
        };
    }

    /// <summary>What a run did with a measure.</summary>
    private sealed record MeasureRun(string Measure, bool Computed, string Why);
}
