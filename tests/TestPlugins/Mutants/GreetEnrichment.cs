using System.Text;
using CustomerInsights.Sdk;

namespace Mutants;

/// <summary>Greets people by their name; knows nobody who is called Nobody.</summary>
public sealed class GreetEnrichment : IProfileEnrichment
{
    public EnrichmentDescriptor Describe(ReadOnlyMemory<byte> configuration) =>
        new("mutants", "customer", ["name", "email"], [new FieldDescriptor("greeting", FieldKind.Text)]) { MaxBatch = 100 };

    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        new(new CheckResult([new CheckItem("Ready", Ok: true)]));

    public async ValueTask<IReadOnlyList<EnrichmentResult>> EnrichAsync(
        ReadOnlyMemory<byte> configuration, IReadOnlyList<ProfileInput> batch, IPluginContext context, CancellationToken cancellationToken)
    {
        var options = MutantOptions.Read(configuration);
        if (options.Is("N03") && batch.Count > 50)
        {
            throw new PluginException(FailureKind.Data, "The service takes 50 at a time.");
        }

        var suffix = options.Mutant switch
        {
            "N02" => Guid.NewGuid().ToString(),
            "N07" => await CountAsync(context, cancellationToken),
            _ => "",
        };
        var results = batch.Select(profile => Greet(options, profile, suffix)).ToList();
        if (options.Is("N01"))
        {
            results.Reverse();
        }

        return results;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static EnrichmentResult Greet(MutantOptions options, ProfileInput profile, string suffix)
    {
        var name = profile.Values[0];
        if (name.IsNull)
        {
            return options.Is("N05") ? throw new InvalidOperationException("The name is null.") : new EnrichmentResult(profile.ProfileId, EnrichmentOutcome.Skipped, Reason: "There is no name.");
        }

        if (name.AsText() == "Nobody")
        {
            return new EnrichmentResult(profile.ProfileId, options.Is("N06") ? EnrichmentOutcome.FailedPermanent : EnrichmentOutcome.NoMatch, Reason: "Unknown.");
        }

        var values = new Dictionary<string, FieldValue>(StringComparer.Ordinal) { [options.Is("N04") ? "other" : "greeting"] = $"Hello {name}{suffix}" };
        return new EnrichmentResult(profile.ProfileId, EnrichmentOutcome.Enriched, values);
    }

    private static async ValueTask<string> CountAsync(IPluginContext context, CancellationToken cancellationToken)
    {
        var before = await context.Storage.GetAsync("count", cancellationToken);
        var count = (before is null ? "" : Encoding.UTF8.GetString(before.Value.Span)) + "!";
        await context.Storage.PutAsync("count", Encoding.UTF8.GetBytes(count), null, null, cancellationToken);
        return count;
    }
}
