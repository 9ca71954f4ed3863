using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Measures;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>GET /measures/{name}/distribution: how the values of a measure per profile were distributed, newest first.</summary>
internal static class ListMeasureDistributions
{
    /// <summary>A distribution.</summary>
    /// <param name="AsOf">When it was computed; it held until the next newer one.</param>
    /// <param name="Distribution">The distribution.</param>
    public sealed record Response(DateTimeOffset AsOf, DistributionResponse Distribution);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/measures/{name}/distribution", HandleAsync).WithName(nameof(ListMeasureDistributions)).WithSummary("How the values of a measure per profile were distributed, newest first.").Requires(AccessAction.Read, ResourceKind.Measure).AsTable("distributions");

    internal static async Task<Results<Ok<PageResponse<Response>>, ProblemHttpResult>> HandleAsync(
        string name, string? cursor, int? limit, IDefinitionStore definitions, IMeasureStore store, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Measure, name, cancellationToken) is not { } definition)
        {
            return Problems.NotFound("measure", name);
        }

        if (Json.Read<MeasureDocument>(definition.Document).Business)
        {
            return Problems.Invalid("name", "business", $"'{name}' is a business measure: see its /values and /history.");
        }

        var request = new PageRequest(cursor, limit);
        var page = await store.HistoryAsync(name, business: false, request.After(), Math.Min(request.Size(), ListMeasureHistory.MostOnPage), cancellationToken);
        return TypedResults.Ok(PageRequest.Response(page, record => new Response(record.At, Json.Read<DistributionResponse>(record.Json))));
    }
}
