using CustomerInsights.Core.Model;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Measures;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>Computes all measures in one pass per profile type, and writes those that changed.</summary>
internal sealed class MeasuresJob(MetadataService metadata, PopulationScan population, IMeasureStore store, TimeProvider clock) : IJobHandler
{
    public const string JobKind = "measures";

    private const int WriteAt = 1000;

    public string Kind => JobKind;

    public async Task<JobResult> RunAsync(JobContext job, CancellationToken cancellationToken)
    {
        var model = await metadata.ModelAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var written = 0L;
        var business = 0L;
        foreach (var type in model.ProfileTypes.Keys.Order(StringComparer.Ordinal))
        {
            var measures = model.Measures.Where(measure => measure.Document.ProfileType == type).ToList();
            var (values, totals) = await ComputeAsync(job, model, type, measures, now, cancellationToken);
            written += values;
            business += totals;
        }

        var faults = model.Faults.Where(fault => fault is { Kind: DefinitionKinds.Measure, Warning: false }).Select(fault => $"Measure '{fault.Name}' is left out: {fault.Message}").ToList();
        return new JobResult(
            written + business,
            written + business == 0 ? "No measure changed." : $"Measures of {written:N0} profiles and {business:N0} business measures changed.",
            new Dictionary<string, long>(StringComparer.Ordinal) { ["profiles"] = written, ["business"] = business })
        {
            Warnings = faults.Count == 0 ? null : faults,
        };
    }

    private async Task<(long Values, long Business)> ComputeAsync(
        JobContext job, InsightsModel model, string type, List<MeasureModel> measures, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var perProfile = measures.Where(measure => !measure.Document.Business).ToList();
        var totals = measures.Where(measure => measure.Document.Business).Select(measure => (measure.Name, Sum: new BusinessMeasure(measure.Rule))).ToList();
        var rules = measures.Select(measure => measure.Rule).ToList();
        var names = perProfile.Select(measure => measure.Name).ToList();

        // Ranks are of what this pass computes, not of what the last one left: a second refresh would else change what the first made.
        var unranked = perProfile.Where(measure => !measure.Rule.Dependencies.Population).ToList();
        var unrankedNames = unranked.Select(measure => measure.Name).ToList();
        var moment = await population.MomentAsync(
            model, type, rules, now, (profile, plain) => Evaluate(profile, unranked, unrankedNames, plain), cancellationToken);
        var changes = new List<KeyValuePair<long, byte[]?>>();
        var (done, written) = (0L, 0L);
        await foreach (var profile in population.ScanAsync(model, type, rules, cancellationToken))
        {
            var document = Evaluate(profile, perProfile, names, moment);
            if (!document.AsSpan().SequenceEqual(profile.StoredMeasures ?? []))
            {
                changes.Add(new KeyValuePair<long, byte[]?>(profile.Number, document));
                written++;
            }

            foreach (var (name, sum) in totals)
            {
                Guard(name, () => sum.Add(profile, moment));
            }

            if (changes.Count >= WriteAt)
            {
                await store.PutProfileValuesAsync([.. changes], cancellationToken);
                changes.Clear();
            }

            job.Report(++done, null, $"measures of {type}");
        }

        if (changes.Count > 0)
        {
            await store.PutProfileValuesAsync(changes, cancellationToken);
        }

        var business = 0L;
        foreach (var (name, sum) in totals)
        {
            var rows = sum.Rows().Select(row => new BusinessRowResponse([.. row.Dimensions.Select(PlainJson.Of)], PlainJson.Of(row.Value))).ToList();
            business += await store.PutBusinessAsync(name, Json.Write(rows), now, cancellationToken) ? 1 : 0;
        }

        return (written, business);
    }

    // Null when there are no measures at all: a profile then has no measures document.
    private static byte[]? Evaluate(ProfileSubject profile, List<MeasureModel> measures, List<string> names, RuleMoment moment)
    {
        if (measures.Count == 0)
        {
            return null;
        }

        var values = new Value[measures.Count];
        foreach (var name in names)
        {
            profile.Clear(name);
        }

        for (var i = 0; i < values.Length; i++)
        {
            Guard(names[i], () => values[i] = measures[i].Rule.Evaluate(profile, moment));
            profile.Set(names[i], values[i]);
        }

        return ValueDocument.Write(names, values);
    }

    private static void Guard(string measure, Action compute)
    {
        try
        {
            compute();
        }
        catch (RuleEvaluationException error)
        {
            throw new JobFailedException("Data", $"Measure '{measure}': {error.Message}");
        }
    }
}

/// <summary>A row of a business measure.</summary>
/// <param name="Dimensions">One value per dimension, in the order of <c>by</c>.</param>
/// <param name="Value">The value.</param>
public sealed record BusinessRowResponse(IReadOnlyList<object?> Dimensions, object? Value);
