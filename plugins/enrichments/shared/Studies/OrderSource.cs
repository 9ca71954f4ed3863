namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>Activities that are orders.</summary>
/// <param name="Activity">The activity type.</param>
/// <param name="Amount">The field with the amount; null where orders have none.</param>
/// <param name="Currency">The field with the currency; null where there is one only.</param>
/// <param name="Status">The field with the status; null where all count.</param>
/// <param name="Ignore">Values of the status that do not count, such as <c>cancelled</c>; case is ignored.</param>
internal sealed record OrderSource(string Activity, string? Amount = null, string? Currency = null, string? Status = null, IReadOnlyList<string>? Ignore = null)
{
    /// <summary>The fields to ask the host for, in order.</summary>
    public IReadOnlyList<string> Fields => [.. new[] { Amount, Currency, Status }.OfType<string>().Distinct(StringComparer.Ordinal)];
}
