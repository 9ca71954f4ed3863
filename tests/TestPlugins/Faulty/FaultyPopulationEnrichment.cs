using System.Runtime.CompilerServices;
using CustomerInsights.Sdk;

namespace Faulty;

/// <summary>A population enrichment in which the run can go wrong.</summary>
public sealed class FaultyPopulationEnrichment : IPopulationEnrichment
{
    public EnrichmentDescriptor Describe(ReadOnlyMemory<byte> configuration) =>
        new("faulty", "customer", ["name"], [new FieldDescriptor("text", FieldKind.Text)]);

    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        new(new CheckResult([new CheckItem("Fault", Ok: true)]));

    public async IAsyncEnumerable<PopulationMessage> RunAsync(
        ReadOnlyMemory<byte> configuration,
        IPopulation population,
        ReadOnlyMemory<byte>? resumeFrom,
        IPluginContext context,
        [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var fault = Fault.Read(configuration);
        await fault.AtAsync("run", cancellationToken).ConfigureAwait(false);
        PopulationMessage[] messages = fault.How switch
        {
            "unknownTable" => [new TableRows("other", [new TableRow("1", new DateOnly(2026, 1, 1), [])])],
            "bigCheckpoint" => [new PopulationCheckpoint(new byte[65_537])],
            "twoReports" => [new EnrichmentReport("one"), new EnrichmentReport("two")],
            "twice" => [new AttributeBatch([new EnrichmentResult("1", EnrichmentOutcome.NoMatch), new EnrichmentResult("1", EnrichmentOutcome.NoMatch)])],
            _ => [new EnrichmentReport("fine")],
        };
        foreach (var message in messages)
        {
            yield return message;
        }
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
