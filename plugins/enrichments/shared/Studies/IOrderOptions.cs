namespace CustomerInsights.Enrichments.Predictions.Studies;

/// <summary>Settings that all who read orders have.</summary>
internal interface IOrderOptions
{
    /// <summary>Which activities are orders.</summary>
    IReadOnlyList<OrderSource> Orders { get; }

    /// <summary>The last day that counts as known, as text; null for the day of the run.</summary>
    string? AsOf { get; }
}
