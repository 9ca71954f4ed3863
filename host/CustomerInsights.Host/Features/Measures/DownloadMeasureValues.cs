using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform.Tables;
using Microsoft.AspNetCore.Http.HttpResults;

namespace CustomerInsights.Host.Features.Measures;

/// <summary>GET /measures/{name}/values.csv: all values as a file, as they were last computed. Text that a spreadsheet would run gets an apostrophe.</summary>
internal static class DownloadMeasureValues
{
    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/measures/{name}/values.csv", HandleAsync).WithName(nameof(DownloadMeasureValues)).WithSummary("All values of a measure as a CSV file.")
            .Produces<string>(contentType: "text/csv").Requires(AccessAction.Read, ResourceKind.Measure);

    internal static async Task<Results<TableResult, ProblemHttpResult>> HandleAsync(string name, MeasureTable values, CancellationToken cancellationToken)
    {
        var (table, refused) = await values.OfAsync(name, cancellationToken);
        return table is null ? refused! : new TableResult(TableFormat.Csv, table with { File = name });
    }
}
