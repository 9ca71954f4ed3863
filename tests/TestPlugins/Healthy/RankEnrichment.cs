using System.Runtime.CompilerServices;
using CustomerInsights.Sdk;

namespace Healthy;

/// <summary>Ranks everyone by spend: a pass to see, then the answers. What it is told to ask of each it writes down.</summary>
public sealed class RankEnrichment : IPopulationEnrichment
{
    public EnrichmentDescriptor Describe(ReadOnlyMemory<byte> configuration)
    {
        var options = RankOptions.Read(configuration);
        return new("rank", "customer", ["spend"], [new FieldDescriptor("position", FieldKind.Integer), .. options.Conditions.Select(one => new FieldDescriptor(one.Name, FieldKind.Boolean))])
        {
            Tables = [new EnrichmentTable("monthly", [new FieldDescriptor("spend", FieldKind.Number)], EnrichmentPeriod.Month)],
            Activities = [.. options.Activities.Select(type => new ActivitySelection(type, []))],
            Conditions = [.. options.Conditions.Select(one => one.ToCondition())],
        };
    }

    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        new(new CheckResult([new CheckItem("Nothing to check", Ok: true)]));

    public async IAsyncEnumerable<PopulationMessage> RunAsync(
        ReadOnlyMemory<byte> configuration,
        IPopulation population,
        ReadOnlyMemory<byte>? resumeFrom,
        IPluginContext context,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var asked = RankOptions.Read(configuration).Conditions;
        var spend = new List<(string Id, double Spend, IReadOnlyList<bool> Answers)>();
        var activities = 0L;
        await foreach (var batch in population.ReadAsync(null, cancellationToken).ConfigureAwait(false))
        {
            spend.AddRange(batch.Select(profile => (profile.ProfileId, profile.Values[0].AsNumber(), profile.Conditions)));
            activities += batch.Sum(profile => profile.Activities.Count);
        }

        yield return new AttributeBatch([.. spend.OrderByDescending(one => one.Spend).Select((one, i) =>
            new EnrichmentResult(one.Id, EnrichmentOutcome.Enriched, new Dictionary<string, FieldValue>(one.Answers.Select((answer, n) => KeyValuePair.Create(asked[n].Name, (FieldValue)answer)), StringComparer.Ordinal) { ["position"] = (long)(i + 1) }))]);
        yield return new TableRows("monthly", [.. spend.Select(one => new TableRow(one.Id, new DateOnly(2026, 1, 1), [one.Spend]))]);
        yield return new PopulationCheckpoint("{}"u8.ToArray());
        yield return new EnrichmentReport($"Ranked {spend.Count}.") { Metrics = [new ReportMetric("Profiles", (long)spend.Count), new ReportMetric("Resumed", resumeFrom is null ? 0L : 1L), new ReportMetric("Activities", activities)] };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
