using CustomerInsights.Plugins.Schema;

namespace CustomerInsights.Plugins.Desired;

/// <summary>The file as it was at one moment.</summary>
/// <param name="State">What it says; null when it cannot be used.</param>
/// <param name="ETag">SHA-256 of its bytes; changes with every edit and with nothing else.</param>
/// <param name="Problems">What is wrong with it; empty or warnings when it can be used.</param>
public sealed record DesiredSnapshot(DesiredState? State, string ETag, IReadOnlyList<SchemaProblem> Problems)
{
    /// <summary>Who wrote it last through this process; null when it was edited otherwise.</summary>
    public string? Actor { get; init; }
}
