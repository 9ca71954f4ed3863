namespace CustomerInsights.Sdk;

/// <summary>A series to plot.</summary>
/// <param name="Title">For people.</param>
/// <param name="XTitle">The horizontal axis, with its unit.</param>
/// <param name="YTitle">The vertical axis, with its unit.</param>
/// <param name="Points">The points, in the order in which they are joined.</param>
public sealed record ReportSeries(string Title, string XTitle, string YTitle, IReadOnlyList<ReportPoint> Points);
