using CustomerInsights.Sdk;

namespace Healthy;

/// <summary>Greets profile by profile.</summary>
public sealed class GreetingEnrichment(Greeter greeter) : IProfileEnrichment
{
    public EnrichmentDescriptor Describe(ReadOnlyMemory<byte> configuration) =>
        new("greeting", "customer", ["name"], [new FieldDescriptor("text", FieldKind.Text)]);

    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        new(new CheckResult([new CheckItem("Greeter", Ok: true)]));

    public ValueTask<IReadOnlyList<EnrichmentResult>> EnrichAsync(
        ReadOnlyMemory<byte> configuration, IReadOnlyList<ProfileInput> batch, IPluginContext context, CancellationToken cancellationToken) =>
        new([.. batch.Select(profile => profile.Values[0].IsNull
            ? new EnrichmentResult(profile.ProfileId, EnrichmentOutcome.Skipped, Reason: "It has no name.")
            : new EnrichmentResult(profile.ProfileId, EnrichmentOutcome.Enriched, new Dictionary<string, FieldValue>(StringComparer.Ordinal)
            {
                ["text"] = greeter.Greet(profile.Values[0].AsText()),
            }))]);

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;
}
