namespace CustomerInsights.Sdk;

/// <summary>1 to 10,000 rows of a declared table.</summary>
/// <param name="Table">The table's name.</param>
/// <param name="Rows">The rows; a profile and period come once in a run.</param>
public sealed record TableRows(string Table, IReadOnlyList<TableRow> Rows) : PopulationMessage;
