using System.Runtime.CompilerServices;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Measures;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>The values of a measure as a table, as they were last computed: a column for each dimension and value, or profile_id and the measure.</summary>
internal sealed class MeasureTable(IDefinitionStore definitions, MetadataService metadata, IMeasureStore store, IPopulationAnswers population, TimeProvider clock)
{
    /// <summary>The table, or why there is none.</summary>
    public async ValueTask<(Table? Table, ProblemHttpResult? Refused)> OfAsync(string name, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Measure, name, cancellationToken) is null)
        {
            return (null, Problems.NotFound("measure", name));
        }

        var model = await metadata.ModelAsync(cancellationToken);
        if (model.Measures.FirstOrDefault(measure => measure.Name == name) is not { } measure)
        {
            return (null, Problems.Conflict($"The measure '{name}' is not valid.", "See what is wrong with it: GET its definition, and PUT a valid one."));
        }

        string[] dimensions = measure.Rule.Source is GroupedExpression by ? [.. by.Dimensions.Select(RuleText.Format)] : [];
        var table = measure.Document.Business
            ? Table.Of(name + "-values", [.. dimensions, "value"], BusinessAsync(name, cancellationToken))
            : Table.Of(name + "-values", ["profile_id", name], ProfilesAsync(measure, model, cancellationToken));
        return (table, null);
    }

    private async IAsyncEnumerable<object?[]> BusinessAsync(string name, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        if (await store.FindBusinessAsync(name, cancellationToken) is { } stored)
        {
            foreach (var row in BusinessRows.Read(stored.RowsJson).Rows)
            {
                yield return [.. row.Dimensions, row.Value];
            }
        }
    }

    // The stored values are read as attributes, all of one moment; nothing is computed.
    private async IAsyncEnumerable<object?[]> ProfilesAsync(MeasureModel measure, InsightsModel model, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var rule = RuleBinder.Bind($"`{measure.Name}`", model.Schemas[measure.Document.ProfileType], RuleUse.Value).Rule!;
        var question = new PopulationQuestion(model, measure.Document.ProfileType, clock.GetUtcNow());
        await foreach (var profile in population.ValuesAsync(question, [rule], cancellationToken))
        {
            if (!profile.Values[0].IsMissing)
            {
                yield return [profile.Id.ToString(), PlainJson.Of(profile.Values[0])];
            }
        }
    }
}
