using System.Runtime.CompilerServices;
using CustomerInsights.Sdk;

namespace Healthy;

/// <summary>Ranks everyone by spend: a pass to see, then the answers.</summary>
public sealed class RankEnrichment : IPopulationEnrichment
{
    public EnrichmentDescriptor Describe(ReadOnlyMemory<byte> configuration) =>
        new("rank", "customer", ["spend"], [new FieldDescriptor("position", FieldKind.Integer)])
        {
            Tables = [new EnrichmentTable("monthly", [new FieldDescriptor("spend", FieldKind.Number)], EnrichmentPeriod.Month)],
        };

    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        new(new CheckResult([new CheckItem("Nothing to check", Ok: true)]));

    public async IAsyncEnumerable<PopulationMessage> RunAsync(
        ReadOnlyMemory<byte> configuration,
        IPopulation population,
        ReadOnlyMemory<byte>? resumeFrom,
        IPluginContext context,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var spend = new List<(string Id, double Spend)>();
        await foreach (var batch in population.ReadAsync(null, cancellationToken).ConfigureAwait(false))
        {
            spend.AddRange(batch.Select(profile => (profile.ProfileId, profile.Values[0].AsNumber())));
        }

        yield return new AttributeBatch([.. spend.OrderByDescending(one => one.Spend).Select((one, i) =>
            new EnrichmentResult(one.Id, EnrichmentOutcome.Enriched, new Dictionary<string, FieldValue>(StringComparer.Ordinal) { ["position"] = (long)(i + 1) }))]);
        yield return new TableRows("monthly", [.. spend.Select(one => new TableRow(one.Id, new DateOnly(2026, 1, 1), [one.Spend]))]);
        yield return new PopulationCheckpoint("{}"u8.ToArray());
        yield return new EnrichmentReport($"Ranked {spend.Count}.") { Metrics = [new ReportMetric("Profiles", (long)spend.Count), new ReportMetric("Resumed", resumeFrom is null ? 0L : 1L)] };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
