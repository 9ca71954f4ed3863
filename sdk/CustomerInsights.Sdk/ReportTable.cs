namespace CustomerInsights.Sdk;

/// <summary>A table of a report.</summary>
/// <param name="Title">For people.</param>
/// <param name="Columns">The columns' titles, with units.</param>
/// <param name="Rows">One value per column each.</param>
public sealed record ReportTable(string Title, IReadOnlyList<string> Columns, IReadOnlyList<IReadOnlyList<FieldValue>> Rows);
