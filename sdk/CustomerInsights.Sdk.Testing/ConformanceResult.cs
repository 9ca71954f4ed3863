using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Sdk.Testing;

/// <summary>How one check went for one component in one mode.</summary>
/// <param name="CheckId">The check's number: <c>R05</c>.</param>
/// <param name="Title">What it asks for.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Message">What was found, what was expected, what to do; empty when it passed.</param>
/// <param name="Duration">How long it took.</param>
public sealed record ConformanceResult(string CheckId, string Title, ConformanceOutcome Outcome, string Message, TimeSpan Duration)
{
    /// <summary>The check's group, its letter: <c>R</c>.</summary>
    public string Group => CheckId[..1];

    /// <summary>True when <c>test.json</c> skips the check with a reason; false when it could not be run.</summary>
    public bool IsExcused { get; init; }

    /// <summary>Where the plugin ran; null for what is checked without running it.</summary>
    public IsolationMode? Mode { get; init; }

    /// <summary>The component, <c>connector/shop</c>; null for what is checked of the plugin as a whole.</summary>
    public string? Component { get; init; }
}
