namespace CustomerInsights.Plugins.Boundary;

/// <summary>A plugin handed over what the SDK does not allow. Thrown and caught inside the boundary; becomes a Bug failure.</summary>
internal sealed class RuleBrokenException(string rule, string message) : Exception(message)
{
    /// <summary>A stable word: <c>batch-size</c>.</summary>
    internal string Rule { get; } = rule;
}
