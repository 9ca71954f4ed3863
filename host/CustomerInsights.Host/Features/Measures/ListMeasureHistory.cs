using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Host.Platform;
using CustomerInsights.Host.Platform.Tables;
using CustomerInsights.Storage.Definitions;
using CustomerInsights.Storage.Measures;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>GET /measures/{name}/history: what a business measure came to over time, newest first.</summary>
internal static class ListMeasureHistory
{
    /// <summary>The most sets on a page, whatever 'limit' says: each may be long.</summary>
    internal const int MostOnPage = 50;

    /// <summary>A set of rows.</summary>
    /// <param name="AsOf">When it was computed; it held until the next newer one.</param>
    /// <param name="Rows">The rows.</param>
    /// <param name="Total">The value over all of them together; absent where none was computed.</param>
    public sealed record Response(DateTimeOffset AsOf, IReadOnlyList<BusinessRowResponse> Rows, object? Total = null);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/measures/{name}/history", HandleAsync).WithName(nameof(ListMeasureHistory)).WithSummary("What a business measure came to over time, newest first.").Requires(AccessAction.Read, ResourceKind.Measure).AsTable("history");

    internal static async Task<Results<Ok<PageResponse<Response>>, ProblemHttpResult>> HandleAsync(
        string name, string? cursor, int? limit, IDefinitionStore definitions, IMeasureStore store, CancellationToken cancellationToken)
    {
        if (await definitions.FindAsync(DefinitionKinds.Measure, name, cancellationToken) is not { } definition)
        {
            return Problems.NotFound("measure", name);
        }

        if (!Json.Read<MeasureDocument>(definition.Document).Business)
        {
            return Problems.Invalid("name", "per-profile", $"'{name}' is a measure per profile: see its /distribution. The values of one profile over time are not kept.");
        }

        var request = new PageRequest(cursor, limit);
        var page = await store.HistoryAsync(name, business: true, request.After(), Math.Min(request.Size(), MostOnPage), cancellationToken);
        return TypedResults.Ok(PageRequest.Response(page, record =>
        {
            var rows = BusinessRows.Read(record.Json);
            return new Response(record.At, rows.Rows, rows.Total);
        }));
    }
}
