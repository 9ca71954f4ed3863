using System.Runtime.CompilerServices;
using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Components;
using CustomerInsights.Sdk.Testing.Checks;
using CustomerInsights.Sdk.Testing.Fixtures;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>Calls an enrichment as the host does.</summary>
internal static class EnrichmentProbe
{
    private static readonly DateTimeOffset UsualTime = new(2026, 6, 1, 0, 0, 0, TimeSpan.Zero);

    internal static ValueTask<PluginEnrichment> OpenEnrichmentAsync(this Trial trial, byte[] config, string connection, CancellationToken cancellationToken) =>
        trial.Bench.Host.OpenEnrichmentAsync(trial.Bench.PluginId, trial.Component.Contribution.Id, connection, config, cancellationToken);

    /// <summary>The profiles of test.json.</summary>
    internal static IReadOnlyList<TestProfile> Profiles(this Trial trial) =>
        trial.Component.Test.Profiles is { Count: > 0 } profiles ? [.. profiles.OrderBy(profile => profile.Id, StringComparer.Ordinal)] : throw Expect.NotHere("test.json gives no profiles for this enrichment.");

    /// <summary>A profile as the enrichment asks for it. Answers to conditions that it does not have (with these settings) are not handed over; N09 looks for them.</summary>
    internal static ProfileInput Input(TestProfile profile, EnrichmentDescriptor descriptor) =>
        new(profile.Id, [.. descriptor.Reads.Select(name => JsonValues.Of(profile.Values[name]))])
        {
            Activities =
            [
                .. profile.Activities.OrderBy(activity => activity.At).Select(activity => (activity, selection: descriptor.Activities.FirstOrDefault(one => one.ActivityType == activity.Type)))
                    .Where(pair => pair.selection is not null && (pair.selection.Since is null || pair.activity.At >= pair.selection.Since))
                    .Select(pair => new ActivityInput(pair.activity.Type, pair.activity.Id, pair.activity.At, [.. pair.selection!.Fields.Select(name => JsonValues.Of(pair.activity.Values[name]))])),
            ],
            Conditions = [.. descriptor.Conditions.Select(condition => profile.Conditions.GetValueOrDefault(condition.Name))],
        };

    /// <summary>Asks for all profiles, in batches, with an instance of its own.</summary>
    internal static async Task<IReadOnlyList<EnrichmentResult>> EnrichAsync(this Trial trial, byte[] config, IEnumerable<TestProfile> profiles, CancellationToken cancellationToken, string connection = "kit")
    {
        await using var enrichment = await trial.OpenEnrichmentAsync(config, connection, cancellationToken);
        var descriptor = await enrichment.DescribeAsync(cancellationToken);
        var results = new List<EnrichmentResult>();
        foreach (var batch in profiles.Chunk(descriptor.MaxBatch))
        {
            results.AddRange(await enrichment.EnrichAsync([.. batch.Select(profile => Input(profile, descriptor))], cancellationToken));
        }

        return results;
    }

    /// <summary>Runs over a population, to the end or to the failure, which is not thrown.</summary>
    internal static async Task<PopulationRun> RunAsync(
        this Trial trial, byte[] config, IReadOnlyList<TestProfile> profiles, ReadOnlyMemory<byte>? resumeFrom, CancellationToken cancellationToken, string connection = "kit")
    {
        var run = new PopulationRun();
        try
        {
            await using var enrichment = await trial.OpenEnrichmentAsync(config, connection, cancellationToken);
            var descriptor = await enrichment.DescribeAsync(cancellationToken);
            var population = new KitPopulation(profiles, descriptor, trial.Component.Test.AsOf ?? UsualTime);
            await foreach (var message in enrichment.RunAsync(population, resumeFrom, cancellationToken))
            {
                run.Messages.Add(message);
            }
        }
        catch (PluginCallException error)
        {
            run.Failure = error.Failure;
        }

        return run;
    }
}

/// <summary>What came of one run over a population.</summary>
internal sealed class PopulationRun
{
    internal List<PopulationMessage> Messages { get; } = [];

    internal PluginFailure? Failure { get; set; }

    /// <summary>All answers: attributes by profile, rows by table, profile and period.</summary>
    internal Dictionary<string, string> Content() => ContentOf(Messages);

    internal static Dictionary<string, string> ContentOf(IEnumerable<PopulationMessage> messages)
    {
        var content = new Dictionary<string, string>(StringComparer.Ordinal);
        foreach (var message in messages)
        {
            foreach (var result in (message as AttributeBatch)?.Results ?? [])
            {
                content[result.ProfileId] = Canonical.Result(result);
            }

            foreach (var row in (message as TableRows)?.Rows ?? [])
            {
                content[$"{((TableRows)message).Table}/{row.ProfileId}/{row.PeriodStart:yyyy-MM-dd}"] = string.Join('\u001f', row.Values.Select(Canonical.Value));
            }
        }

        return content;
    }

    internal IEnumerable<EnrichmentResult> Results() => Messages.OfType<AttributeBatch>().SelectMany(batch => batch.Results);

    internal string Ending() => Failure is { } failure ? $"failed as {failure.Kind}: {failure.Message}" : "ended.";
}

/// <summary>The profiles of test.json as a snapshot of everyone.</summary>
internal sealed class KitPopulation(IReadOnlyList<TestProfile> profiles, EnrichmentDescriptor descriptor, DateTimeOffset asOf) : IPopulation
{
    public long Count => profiles.Count;

    public DateTimeOffset AsOf => asOf;

    public async IAsyncEnumerable<IReadOnlyList<ProfileInput>> ReadAsync(string? afterProfileId, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        // Small batches, so that a run over a few profiles has several.
        var after = profiles.Where(profile => afterProfileId is null || string.CompareOrdinal(profile.Id, afterProfileId) > 0);
        foreach (var batch in after.Chunk(Math.Min(2, descriptor.MaxBatch)))
        {
            await Task.Yield();
            cancellationToken.ThrowIfCancellationRequested();
            yield return [.. batch.Select(profile => EnrichmentProbe.Input(profile, descriptor))];
        }
    }
}
