namespace CustomerInsights.Enrichments.Churn.Subscriptions;

/// <summary>Activities that are terms of a subscription: its beginning and each renewal.</summary>
/// <param name="Activity">The activity type.</param>
/// <param name="End">The field with the day on which the term ends or is to be renewed.</param>
/// <param name="Start">The field with the day on which it begins; null for the time of the activity.</param>
/// <param name="Amount">The field with the price of the term; null where there is none.</param>
/// <param name="Currency">The field with the currency; null where there is one only.</param>
/// <param name="Plan">The field with the name of the plan; null where there is none.</param>
/// <param name="Status">The field with the status; null where all count.</param>
/// <param name="Ignore">Values of the status that do not count, such as <c>failed</c>; case is ignored.</param>
internal sealed record SubscriptionSource(
    string Activity,
    string End,
    string? Start = null,
    string? Amount = null,
    string? Currency = null,
    string? Plan = null,
    string? Status = null,
    IReadOnlyList<string>? Ignore = null)
{
    /// <summary>The fields to ask the host for, in order.</summary>
    public IReadOnlyList<string> Fields => [.. new[] { End, Start, Amount, Currency, Plan, Status }.OfType<string>().Distinct(StringComparer.Ordinal)];
}
