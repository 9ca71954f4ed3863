namespace CustomerInsights.Sdk;

/// <summary>A row of an enrichment's table.</summary>
/// <param name="ProfileId">The profile.</param>
/// <param name="PeriodStart">The first day of the period.</param>
/// <param name="Values">One value per field of the <see cref="EnrichmentTable"/>, in order.</param>
public sealed record TableRow(string ProfileId, DateOnly PeriodStart, IReadOnlyList<FieldValue> Values);
