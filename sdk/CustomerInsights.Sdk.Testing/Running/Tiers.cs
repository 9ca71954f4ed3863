using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>Computes the tier from the groups that this release has.</summary>
internal static class Tiers
{
    private const string Bronze = "MPLCRNW";
    private const string Silver = "IXEG";

    internal static (ConformanceTier Tier, string Reason) Compute(IReadOnlyList<ConformanceResult> results, ConformanceOptions options, PluginManifest? manifest)
    {
        if (options.Only.Count > 0)
        {
            return (ConformanceTier.None, "Only a part of the checks ran.");
        }

        if (Obstacle(results, Bronze, excuses: true) is { } obstacle)
        {
            return (ConformanceTier.None, $"{obstacle} failed or could not run; bronze needs the groups {string.Join(' ', Bronze.AsEnumerable())}.");
        }

        if ((Obstacle(results, Bronze, excuses: false) ?? Obstacle(results, Silver, excuses: false)) is { } higher)
        {
            return (ConformanceTier.Bronze, $"{higher} failed or was not run; silver needs the groups {string.Join(' ', (Bronze + Silver).AsEnumerable())} with nothing skipped.");
        }

        foreach (var mode in (IsolationMode[])[IsolationMode.InProcess, IsolationMode.Process])
        {
            if (!options.Modes.Contains(mode) || manifest?.Isolation.Supported.Contains(mode) != true)
            {
                return (ConformanceTier.Bronze, $"It was not checked with isolation '{mode}'; silver needs both in process and in a worker.");
            }
        }

        return (ConformanceTier.Silver, "Gold needs the groups B and T, which are not in this release of the kit.");
    }

    private static string? Obstacle(IReadOnlyList<ConformanceResult> results, string groups, bool excuses) => results.FirstOrDefault(result =>
        groups.Contains(result.Group, StringComparison.Ordinal)
        && (result.Outcome == ConformanceOutcome.Failed || (result.Outcome == ConformanceOutcome.Skipped && !(excuses && result.IsExcused))))?.CheckId;
}
