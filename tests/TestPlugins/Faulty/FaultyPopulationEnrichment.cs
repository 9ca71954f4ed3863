using System.Runtime.CompilerServices;
using CustomerInsights.Sdk;

namespace Faulty;

/// <summary>A population enrichment in which the run can go wrong.</summary>
public sealed class FaultyPopulationEnrichment : IPopulationEnrichment
{
    public EnrichmentDescriptor Describe(ReadOnlyMemory<byte> configuration)
    {
        var good = new EnrichmentCondition("buys", "exists(order)");
        return new("faulty", "customer", ["name"], [new FieldDescriptor("text", FieldKind.Text)])
        {
            Conditions = Fault.Read(configuration).How switch
            {
                "nullConditions" => null!,
                "manyConditions" => [.. Enumerable.Range(0, 21).Select(i => good with { Name = $"c{i}" })],
                "nullCondition" => [null!],
                "badCondition" => [good with { Name = "Buys!" }],
                "longName" => [good with { Name = new string('a', 51) }],
                "noName" => [good with { Name = null! }],
                "twoConditions" => [good, good],
                "noRule" => [good with { Rule = "" }],
                "nullRule" => [good with { Rule = null! }],
                "longRule" => [good with { Rule = new string('1', 20_001) }],
                "negativeBefore" => [good with { Before = TimeSpan.FromTicks(-1) }],
                "zeroWithin" => [good with { Within = TimeSpan.Zero }],
                _ => [],
            },
        };
    }

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
