namespace CustomerInsights.Sdk;

/// <summary>What a check tried.</summary>
/// <param name="Items">One item per thing tried, in order; at least one.</param>
public sealed record CheckResult(IReadOnlyList<CheckItem> Items)
{
    /// <summary>True when every item is.</summary>
    public bool Ok => Items.All(item => item.Ok);
}
