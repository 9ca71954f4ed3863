namespace CustomerInsights.Sdk;

/// <summary>A figure of a report.</summary>
/// <param name="Name">For people: <c>Mean absolute error on the holdout</c>.</param>
/// <param name="Value">The figure; text for a grade.</param>
/// <param name="Unit">The unit, or null for a plain number.</param>
public sealed record ReportMetric(string Name, FieldValue Value, string? Unit = null)
{
    /// <summary>What the figure means and how it was computed, with the source of its formula.</summary>
    public string? Meaning { get; init; }
}
