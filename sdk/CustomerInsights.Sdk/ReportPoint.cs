namespace CustomerInsights.Sdk;

/// <summary>A point of a series.</summary>
/// <param name="X">A number, date, time, or text for a category.</param>
/// <param name="Y">The height, finite.</param>
public sealed record ReportPoint(FieldValue X, double Y);
