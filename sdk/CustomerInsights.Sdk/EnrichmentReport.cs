namespace CustomerInsights.Sdk;

/// <summary>What a run has to say of itself; drawn by the console, stored with the run. Once per run, at any time.</summary>
/// <param name="Summary">A sentence or two for people. At most 1,000 characters.</param>
public sealed record EnrichmentReport(string Summary) : PopulationMessage
{
    /// <summary>Single figures: a grade, an error, a count.</summary>
    public IReadOnlyList<ReportMetric> Metrics { get; init; } = [];

    /// <summary>Tables of at most 1,000 rows each.</summary>
    public IReadOnlyList<ReportTable> Tables { get; init; } = [];

    /// <summary>Series to plot, of at most 10,000 points each.</summary>
    public IReadOnlyList<ReportSeries> Series { get; init; } = [];

    /// <summary>What people should look at: missing data, a doubtful fit. Each at most 400 characters.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
