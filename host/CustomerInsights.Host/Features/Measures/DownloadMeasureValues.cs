using System.Globalization;
using System.Text.Json;
using CustomerInsights.Core.Rules;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Features.Profiles;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Measures;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>GET /measures/{name}/values.csv: all values as a file, as they were last computed. Text that a spreadsheet would run gets an apostrophe.</summary>
internal static class DownloadMeasureValues
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/measures/{name}/values.csv", HandleAsync).WithName(nameof(DownloadMeasureValues)).WithSummary("All values of a measure as a CSV file.")
            .Produces<string>(contentType: "text/csv").Requires(AccessAction.Read, ResourceKind.Measure);

    internal static async Task<Results<EmptyHttpResult, ProblemHttpResult>> HandleAsync(
        string name, IDefinitionStore definitions, MetadataService metadata, IMeasureStore store, IPopulationAnswers population, TimeProvider clock, HttpResponse response, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Measure, name, cancellationToken) is null)
        {
            return Problems.NotFound("measure", name);
        }

        var model = await metadata.ModelAsync(cancellationToken);
        if (model.Measures.FirstOrDefault(measure => measure.Name == name) is not { } measure)
        {
            return Problems.Conflict($"The measure '{name}' is not valid.", "See what is wrong with it: GET its definition, and PUT a valid one.");
        }

        var rows = measure.Document.Business
            ? BusinessAsync(measure, store, cancellationToken)
            : ProfilesAsync(measure, model, population, clock.GetUtcNow(), cancellationToken);
        var file = new CsvResponse(response, name);
        await foreach (var row in rows.WithCancellation(cancellationToken))
        {
            await file.AddAsync(row.Select(CsvText.Guard), cancellationToken);
        }

        await file.FlushAsync(cancellationToken);
        return TypedResults.Empty;
    }

    private static async IAsyncEnumerable<IReadOnlyList<string?>> BusinessAsync(
        MeasureModel measure, IMeasureStore store, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return [.. measure.Rule.Source is GroupedExpression by ? by.Dimensions.Select(RuleText.Format) : [], "value"];
        if (await store.FindBusinessAsync(measure.Name, cancellationToken) is { } stored)
        {
            foreach (var row in BusinessRows.Read(stored.RowsJson).Rows)
            {
                yield return [.. row.Dimensions.Select(Text), Text(row.Value)];
            }
        }
    }

    // The stored values are read as attributes, all of one moment; nothing is computed.
    private static async IAsyncEnumerable<IReadOnlyList<string?>> ProfilesAsync(
        MeasureModel measure, InsightsModel model, IPopulationAnswers population, DateTimeOffset now, [System.Runtime.CompilerServices.EnumeratorCancellation] CancellationToken cancellationToken)
    {
        yield return ["profile_id", measure.Name];
        var rule = RuleBinder.Bind($"`{measure.Name}`", model.Schemas[measure.Document.ProfileType], RuleUse.Value).Rule!;
        await foreach (var profile in population.ValuesAsync(new PopulationQuestion(model, measure.Document.ProfileType, now), [rule], cancellationToken))
        {
            if (!profile.Values[0].IsMissing)
            {
                yield return [profile.Id.ToString(), profile.Values[0].ToString()];
            }
        }
    }

    private static string? Text(object? value) => value switch
    {
        null or JsonElement { ValueKind: JsonValueKind.Null } => null,
        JsonElement { ValueKind: JsonValueKind.String } text => text.GetString(),
        JsonElement other => other.GetRawText(),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture),
    };
}
