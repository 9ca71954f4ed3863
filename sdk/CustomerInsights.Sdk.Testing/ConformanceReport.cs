using CustomerInsights.Sdk.Testing.Reports;

namespace CustomerInsights.Sdk.Testing;

/// <summary>What the kit found in one plugin.</summary>
/// <param name="PluginId">The plugin; empty when its manifest cannot be read.</param>
/// <param name="PluginVersion">Its version; empty as well then.</param>
/// <param name="Results">One for each check, component and mode, in the order in which they ran.</param>
/// <param name="StartedAt">When the run began, UTC; the date of the tier.</param>
public sealed record ConformanceReport(string PluginId, string PluginVersion, IReadOnlyList<ConformanceResult> Results, DateTimeOffset StartedAt)
{
    /// <summary>The kit's version, <c>major.minor.patch</c>.</summary>
    public string KitVersion { get; } = typeof(ConformanceKit).Assembly.GetName().Version!.ToString(3);

    /// <summary>True when no check failed and at least one passed.</summary>
    public bool Passed => Results.Any(result => result.Outcome == ConformanceOutcome.Passed) && Results.All(result => result.Outcome != ConformanceOutcome.Failed);

    /// <summary>The tier, of the groups that this release of the kit has; true on <see cref="StartedAt"/>.</summary>
    public ConformanceTier Tier { get; init; }

    /// <summary>What stands between the plugin and the next tier, for people.</summary>
    public string TierReason { get; init; } = "";

    /// <summary>Writes JUnit XML, as continuous integration reads it.</summary>
    /// <param name="target">Where to; stays open.</param>
    public void WriteJUnit(TextWriter target) => JUnitReport.Write(this, target);

    /// <summary>Writes JUnit XML in UTF-8.</summary>
    /// <param name="target">Where to; stays open.</param>
    public void WriteJUnit(Stream target)
    {
        using var writer = new StreamWriter(target, leaveOpen: true);
        JUnitReport.Write(this, writer);
    }

    /// <summary>Writes the report as JSON in UTF-8.</summary>
    /// <param name="target">Where to; stays open.</param>
    public void WriteJson(Stream target) => JsonReport.Write(this, target);

    /// <summary>Writes the report as JSON.</summary>
    /// <param name="target">Where to; stays open.</param>
    public void WriteJson(TextWriter target)
    {
        using var buffer = new MemoryStream();
        JsonReport.Write(this, buffer);
        target.Write(System.Text.Encoding.UTF8.GetString(buffer.GetBuffer(), 0, (int)buffer.Length));
    }

    /// <summary>A table for people: what failed first, with its message, then the counts and the tier.</summary>
    /// <returns>Several lines, without a line end at the end.</returns>
    public string ToText() => TextReport.Write(this);
}
