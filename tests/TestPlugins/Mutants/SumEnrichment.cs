using System.Runtime.CompilerServices;
using System.Text;
using CustomerInsights.Sdk;

namespace Mutants;

/// <summary>Sums what people spent.</summary>
public sealed class SumEnrichment : IPopulationEnrichment
{
    public EnrichmentDescriptor Describe(ReadOnlyMemory<byte> configuration) =>
        new("mutants", "customer", ["name"], [new FieldDescriptor("total", FieldKind.Number), new FieldDescriptor("loyal", FieldKind.Boolean)]) { Activities = [new ActivitySelection("order", ["amount"])], Conditions = [new EnrichmentCondition("loyal", "count(order) >= 2")] };

    public ValueTask<CheckResult> CheckAsync(ReadOnlyMemory<byte> configuration, IPluginContext context, CancellationToken cancellationToken) =>
        new(new CheckResult([new CheckItem("Ready", Ok: true)]));

    public async IAsyncEnumerable<PopulationMessage> RunAsync(
        ReadOnlyMemory<byte> configuration, IPopulation population, ReadOnlyMemory<byte>? resumeFrom, IPluginContext context, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var options = MutantOptions.Read(configuration);
        if (options.Is("N03"))
        {
            _ = 100 / population.Count;
        }

        var after = resumeFrom is { } state ? Encoding.UTF8.GetString(state.Span) : null;
        await foreach (var batch in population.ReadAsync(after, cancellationToken))
        {
            var results = batch.Select(profile => Sum(options, profile)).ToList();
            if (options.Is("I03") && resumeFrom is not null)
            {
                results.RemoveAt(0);
            }

            if (results.Count > 0)
            {
                yield return new AttributeBatch(results);
            }

            if (options.Is("N01"))
            {
                yield return new AttributeBatch(results);
            }

            yield return new PopulationCheckpoint(Encoding.UTF8.GetBytes(batch[^1].ProfileId));
        }

        yield return new EnrichmentReport($"{population.Count} people.");
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    private static EnrichmentResult Sum(MutantOptions options, ProfileInput profile)
    {
        if (options.Is("N05") && profile.Values[0].IsNull)
        {
            throw new InvalidOperationException("The name is null.");
        }

        if (profile.Values[0] == (FieldValue)"Nobody")
        {
            return new EnrichmentResult(profile.ProfileId, options.Is("N06") ? EnrichmentOutcome.FailedPermanent : EnrichmentOutcome.NoMatch, Reason: "Unknown.");
        }

        var total = profile.Activities.Sum(activity => activity.Values[0].Kind == FieldKind.Integer ? activity.Values[0].AsInteger() : activity.Values[0].AsNumber());
        return new EnrichmentResult(profile.ProfileId, EnrichmentOutcome.Enriched, new Dictionary<string, FieldValue>(StringComparer.Ordinal)
        {
            [options.Is("N04") ? "other" : "total"] = options.Is("N02") ? Random.Shared.NextDouble() : total,
            ["loyal"] = profile.Conditions[0],
        });
    }
}
