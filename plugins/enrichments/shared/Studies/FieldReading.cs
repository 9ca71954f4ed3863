using CustomerInsights.Sdk;

namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>What is read of a field of an activity or a profile.</summary>
internal static class FieldReading
{
    // A float holds it with room for sums, and no order is worth more.
    private const double LargestAmount = 1e15;
    private const int MostCurrencies = 100;

    /// <summary>A number of any kind; null when there is none, or one that no amount is as large as.</summary>
    /// <param name="value">The field.</param>
    public static double? Amount(FieldValue value)
    {
        double? amount = value.Kind switch
        {
            FieldKind.Decimal => (double)value.AsDecimal(),
            FieldKind.Number => value.AsNumber(),
            FieldKind.Integer => value.AsInteger(),
            _ => null,
        };
        return amount is { } read && Math.Abs(read) <= LargestAmount ? read : null;
    }

    /// <summary>A text; null when there is none.</summary>
    /// <param name="value">The field.</param>
    public static string? Text(FieldValue value) => value.Kind == FieldKind.Text ? value.AsText() : null;

    /// <summary>Counts a currency; from the hundredth on only those that are known.</summary>
    /// <param name="counts">How often each was met.</param>
    /// <param name="currency">The currency.</param>
    public static void Count(Dictionary<string, long> counts, string currency)
    {
        if (counts.Count < MostCurrencies || counts.ContainsKey(currency))
        {
            counts[currency] = counts.GetValueOrDefault(currency) + 1;
        }
    }
}
