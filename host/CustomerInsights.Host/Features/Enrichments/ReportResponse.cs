using CustomerInsights.Host.Features.Ingestion;
using CustomerInsights.Host.Platform;
using CustomerInsights.Sdk;

namespace CustomerInsights.Host.Features.Enrichments;

/// <summary>What a run has to say of itself, to be drawn.</summary>
/// <param name="Summary">A sentence or two for people.</param>
/// <param name="Metrics">Single figures.</param>
/// <param name="Tables">Tables.</param>
/// <param name="Series">Series to plot.</param>
/// <param name="Warnings">What people should look at.</param>
public sealed record ReportResponse(
    string Summary, IReadOnlyList<ReportResponse.Metric> Metrics, IReadOnlyList<ReportResponse.Table> Tables, IReadOnlyList<ReportResponse.Line> Series, IReadOnlyList<string> Warnings)
{
    /// <summary>A figure.</summary>
    /// <param name="Name">For people.</param>
    /// <param name="Value">The figure; text for a grade.</param>
    /// <param name="Unit">Its unit; absent for a plain number.</param>
    /// <param name="Meaning">What it means and how it was computed.</param>
    public sealed record Metric(string Name, object? Value = null, string? Unit = null, string? Meaning = null);

    /// <summary>A table.</summary>
    /// <param name="Title">For people.</param>
    /// <param name="Columns">The columns' titles.</param>
    /// <param name="Rows">A value a column each.</param>
    public sealed record Table(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<object?>> Rows);

    /// <summary>A series.</summary>
    /// <param name="Title">For people.</param>
    /// <param name="XTitle">The horizontal axis.</param>
    /// <param name="YTitle">The vertical axis.</param>
    /// <param name="Points">The points, in the order in which they are joined.</param>
    public sealed record Line(string Title, string XTitle, string YTitle, IReadOnlyList<Point> Points);

    /// <summary>A point.</summary>
    /// <param name="X">A number, date, time or category.</param>
    /// <param name="Y">The height.</param>
    public sealed record Point(object? X = null, double Y = 0);

    internal static ReportResponse Of(EnrichmentReport report) => new(
        report.Summary,
        [.. report.Metrics.Select(metric => new Metric(metric.Name, Plain(metric.Value), metric.Unit, metric.Meaning))],
        [.. report.Tables.Select(table => new Table(table.Title, table.Columns, [.. table.Rows.Select(row => (IReadOnlyList<object?>)[.. row.Select(Plain)])]))],
        [.. report.Series.Select(series => new Line(series.Title, series.XTitle, series.YTitle, [.. series.Points.Select(point => new Point(Plain(point.X), point.Y))]))],
        report.Warnings);

    private static object? Plain(FieldValue value) => PlainJson.Of(SourceValues.ToValue(value));
}
