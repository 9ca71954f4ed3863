namespace CustomerInsights.Sdk;

/// <summary>A table of an enrichment with one row per profile and period, such as monthly totals.</summary>
/// <param name="Name">1 to 50 characters: lower-case letters, digits, <c>_</c>.</param>
/// <param name="Fields">The columns besides profile and period start.</param>
/// <param name="Period">The period that a row stands for.</param>
public sealed record EnrichmentTable(string Name, IReadOnlyList<FieldDescriptor> Fields, EnrichmentPeriod Period);
