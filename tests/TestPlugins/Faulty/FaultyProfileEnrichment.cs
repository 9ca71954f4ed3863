using CustomerInsights.Sdk;

namespace Faulty;

/// <summary>An enrichment in which any call can go wrong.</summary>
public sealed class FaultyProfileEnrichment : IProfileEnrichment
{
    public EnrichmentDescriptor Describe(ReadOnlyMemory<byte> configuration)
    {
        var fault = Fault.Read(configuration);
        fault.At("describe");
        var descriptor = new EnrichmentDescriptor("faulty", "customer", ["name"], [new FieldDescriptor("text", FieldKind.Text)]);
        return fault.How switch
        {
            "null" => null!,
            "badNamespace" => descriptor with { Namespace = "Faulty!" },
            "conditions" => descriptor with { Conditions = [new EnrichmentCondition("buys", "exists(order)")] },
            "zeroBatch" => descriptor with { MaxBatch = 0 },
            _ => descriptor,
        };
    }

    public async ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken)
    {
        await Fault.Read(configuration).AtAsync("check", cancellationToken).ConfigureAwait(false);
        return new CheckResult([new CheckItem("Fault", Ok: true)]);
    }

    public async ValueTask<IReadOnlyList<EnrichmentResult>> EnrichAsync(
        ReadOnlyMemory<byte> configuration, IReadOnlyList<ProfileInput> batch, IPluginContext context, CancellationToken cancellationToken)
    {
        var fault = Fault.Read(configuration);
        await fault.AtAsync("enrich", cancellationToken).ConfigureAwait(false);
        var good = batch.Select(profile => new EnrichmentResult(profile.ProfileId, EnrichmentOutcome.Enriched, Values("text", "x"))).ToList();
        return fault.How switch
        {
            "nullResults" => null!,
            "tooFew" => good[1..],
            "otherOrder" => [.. good.AsEnumerable().Reverse()],
            "undeclared" => [.. good.Select(result => result with { Values = Values("other", "x") })],
            "otherKind" => [.. good.Select(result => result with { Values = Values("text", 1L) })],
            _ => good,
        };
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static Dictionary<string, FieldValue> Values(string name, FieldValue value) => new(StringComparer.Ordinal) { [name] = value };
}
