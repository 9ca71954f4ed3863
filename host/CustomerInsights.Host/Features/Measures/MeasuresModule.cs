using System.Text.Json;
using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Jobs;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Measures;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Measures;

internal static class MeasuresModule
{
    public static IServiceCollection AddMeasures(this IServiceCollection services) => services.AddSingleton<IJobHandler, MeasuresJob>();

    public static void MapMeasures(this IEndpointRouteBuilder routes)
    {
        GetBusinessMeasure.Map(routes);
        ListMeasureTemplates.Map(routes);
        FillMeasureTemplate.Map(routes);
        ListMeasurePaths.Map(routes);
        MeasureUses.Map(routes);
        RunMeasure.Map(routes);
    }
}

/// <summary>GET /measures/{name}/values: the rows of a business measure, as of the last refresh.</summary>
internal static class GetBusinessMeasure
{
    /// <summary>The rows.</summary>
    /// <param name="Rows">The rows, ordered by dimensions.</param>
    /// <param name="AsOf">When they were computed; absent before the first refresh.</param>
    public sealed record Response(IReadOnlyList<BusinessRowResponse> Rows, DateTimeOffset? AsOf);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/measures/{name}/values", HandleAsync).WithName(nameof(GetBusinessMeasure)).WithSummary("The rows of a business measure, as of the last refresh.").Requires(AccessAction.Read, ResourceKind.Measure);

    internal static async Task<Results<Ok<Response>, ProblemHttpResult>> HandleAsync(
        string name, IDefinitionStore definitions, IMeasureStore store, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Measure, name, cancellationToken) is not { } definition)
        {
            return Problems.NotFound("measure", name);
        }

        if (!Json.Read<MeasureDocument>(definition.Document).Business)
        {
            return Problems.Invalid("name", "per-profile", $"'{name}' is a measure per profile: read it on the profile, or make it a business measure with 'by'.");
        }

        var rows = await store.FindBusinessAsync(name, cancellationToken);
        return TypedResults.Ok(new Response(
            rows is null ? [] : JsonSerializer.Deserialize<List<BusinessRowResponse>>(rows.RowsJson, Json.Options)!, rows?.AsOf));
    }
}
