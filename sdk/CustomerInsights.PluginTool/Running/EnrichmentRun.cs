using System.Runtime.CompilerServices;
using CustomerInsights.Plugins.Components;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk;
using CustomerInsights.Sdk.Testing.Fixtures;
using CustomerInsights.Sdk.Testing.Running;

namespace CustomerInsights.PluginTool.Running;

/// <summary>Hands the profiles of the test file to an enrichment, and shows its answers.</summary>
internal sealed class EnrichmentRun(PluginStage stage, PluginContribution contribution, RecordView view)
{
    internal async Task<int> RunAsync(CancellationToken cancellationToken)
    {
        var test = stage.World.TestOf(contribution);
        if (test is not { Profiles.Count: > 0 })
        {
            throw new ToolException("An enrichment needs profiles: give some as 'profiles' in test.json, and run without --settings.");
        }

        var config = stage.World.Set(contribution);
        await using var enrichment = await stage.Host.OpenEnrichmentAsync(stage.PluginId, contribution.Id, PluginStage.Connection, config, cancellationToken);
        if (!view.Show(await enrichment.CheckAsync(cancellationToken)))
        {
            return ExitCodes.Failed;
        }

        var descriptor = await enrichment.DescribeAsync(cancellationToken);
        view.Say($"reads {string.Join(", ", descriptor.Reads)}; writes {string.Join(", ", descriptor.Writes.Select(field => $"{descriptor.Namespace}.{field.Name} {field.Kind}"))}");
        if (test.Profiles.SelectMany(profile => profile.Conditions.Keys).FirstOrDefault(name => descriptor.Conditions.All(condition => condition.Name != name)) is { } unknown)
        {
            throw new ToolException($"A profile of test.json answers the condition '{unknown}', which the enrichment does not have with these settings. It has: {(descriptor.Conditions.Count == 0 ? "none" : string.Join(", ", descriptor.Conditions.Select(condition => condition.Name)))}.");
        }

        foreach (var condition in descriptor.Conditions)
        {
            view.Say($"asks {condition.Name}: {condition.Rule} (answered by test.json: there are no rules here)");
        }

        var profiles = test.Profiles.Select(profile => Input(profile, descriptor)).OrderBy(profile => profile.ProfileId, StringComparer.Ordinal).ToList();
        if (!enrichment.IsPopulation)
        {
            foreach (var batch in profiles.Chunk(descriptor.MaxBatch))
            {
                Show(descriptor, await enrichment.EnrichAsync(batch, cancellationToken));
            }

            return ExitCodes.Done;
        }

        await foreach (var message in enrichment.RunAsync(new Sample(profiles, test.AsOf ?? DateTimeOffset.UnixEpoch, descriptor.MaxBatch), null, cancellationToken))
        {
            Show(descriptor, message);
        }

        return ExitCodes.Done;
    }

    private void Show(EnrichmentDescriptor descriptor, PopulationMessage message)
    {
        switch (message)
        {
            case AttributeBatch batch:
                Show(descriptor, batch.Results);
                break;
            case TableRows table when descriptor.Tables.First(one => one.Name == table.Table) is var declared:
                view.Show(table.Table, ["profile", "period", .. declared.Fields.Select(field => field.Name)], [.. table.Rows.Select(row => (IReadOnlyList<FieldValue>)[row.ProfileId, row.PeriodStart, .. row.Values])]);
                break;
            case EnrichmentReport report:
                view.Say(report.Summary);
                view.Show("metrics", ["metric", "value", "unit"], [.. report.Metrics.Select(metric => (IReadOnlyList<FieldValue>)[metric.Name, metric.Value, metric.Unit])]);
                break;
        }
    }

    private void Show(EnrichmentDescriptor descriptor, IReadOnlyList<EnrichmentResult> results) => view.Show(
        "profiles",
        ["profile", "outcome", .. descriptor.Writes.Select(field => field.Name), "reason"],
        [.. results.Select(result => (IReadOnlyList<FieldValue>)[result.ProfileId, result.Outcome.ToString(), .. descriptor.Writes.Select(field => result.Values?.GetValueOrDefault(field.Name) ?? FieldValue.Null), result.Reason])]);

    private static ProfileInput Input(TestProfile profile, EnrichmentDescriptor descriptor) =>
        new(profile.Id, [.. descriptor.Reads.Select(name => JsonValues.Of(profile.Values[name]))])
        {
            Activities =
            [
                .. from activity in profile.Activities
                   let selection = descriptor.Activities.FirstOrDefault(one => one.ActivityType == activity.Type)
                   where selection is not null
                   orderby activity.At, activity.Id
                   select new ActivityInput(activity.Type, activity.Id, activity.At, [.. selection.Fields.Select(field => JsonValues.Of(activity.Values[field]))]),
            ],
            Conditions = [.. descriptor.Conditions.Select(condition => profile.Conditions.GetValueOrDefault(condition.Name))],
        };

    private sealed class Sample(IReadOnlyList<ProfileInput> profiles, DateTimeOffset asOf, int batch) : IPopulation
    {
        public long Count => profiles.Count;

        public DateTimeOffset AsOf => asOf;

        public async IAsyncEnumerable<IReadOnlyList<ProfileInput>> ReadAsync(string? afterProfileId, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            foreach (var part in profiles.Where(profile => string.CompareOrdinal(profile.ProfileId, afterProfileId) > 0).Chunk(batch))
            {
                cancellationToken.ThrowIfCancellationRequested();
                await Task.Yield();
                yield return part;
            }
        }
    }
}
