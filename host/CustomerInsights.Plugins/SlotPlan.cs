using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Loading;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins;

/// <summary>What a wish comes to: a package to run, or a state with a reason.</summary>
/// <param name="Package">What is to run; null when nothing is.</param>
/// <param name="State">The state otherwise.</param>
/// <param name="Code">The stable word for it.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="Version">The version that it is about.</param>
internal sealed record SlotPlan(PluginPackage? Package, PluginState State, string Code, string Reason, string? Version)
{
    internal static SlotPlan Make(DesiredPlugin? desired, IReadOnlyList<PluginPackage> packages, PluginHostOptions options)
    {
        if (desired is null)
        {
            return Not(PluginState.Installed, "not-wanted", "On disk, but not in plugins.json.", null);
        }

        if (!desired.Enabled)
        {
            return Not(PluginState.Installed, "disabled", "Disabled in plugins.json.", null);
        }

        if (Wanted(desired, packages) is not { } package)
        {
            return Not(PluginState.Missing, "missing", WhyMissing(desired, packages), desired.Version);
        }

        var version = package.Version.ToString();
        if (!package.IsUsable)
        {
            var problems = package.Problems.Where(problem => !problem.IsWarning).ToList();
            var more = problems.Count > 1 ? $" ({problems.Count - 1} more problems)" : "";
            return Not(PluginState.ManifestInvalid, "manifest", $"The package of {version} cannot be used. {problems[0]}{more}", version);
        }

        var manifest = package.Manifest!;
        if (VersionRange.Parse(manifest.Sdk).Objection("SDK", SemanticVersion.Parse(SdkInfo.Version)) is { } sdk)
        {
            return Not(PluginState.Incompatible, "sdk", $"{version} {sdk}.", version);
        }

        if (manifest.Host is { } range && SemanticVersion.TryParse(options.HostVersion, out var host) && VersionRange.Parse(range).Objection("host", host) is { } objection)
        {
            return Not(PluginState.Incompatible, "host", $"{version} {objection}.", version);
        }

        return LinkCheck.Objection(package.EntryAssembly) is { } link
            ? Not(PluginState.Incompatible, "link", $"{version} {link}.", version)
            : new(package, PluginState.Starting, "start", "", version);
    }

    /// <summary>The package that is asked for; "latest" takes a preview only when there is nothing else.</summary>
    internal static PluginPackage? Wanted(DesiredPlugin? desired, IReadOnlyList<PluginPackage> packages)
    {
        if (desired is not { Version: DesiredPlugin.Latest })
        {
            return packages.FirstOrDefault(package => package.Version.ToString() == desired?.Version);
        }

        var good = packages.Where(package => desired.WhyAvoided(package.Version.ToString()) is null).ToList();
        return good.Find(package => package.Version.Preview is null) ?? (good.Count > 0 ? good[0] : null);
    }

    internal static string WhyMissing(DesiredPlugin desired, IReadOnlyList<PluginPackage> packages) =>
        packages.Count == 0 ? $"The plugin {desired.Id} is not on disk."
        : desired.Version == DesiredPlugin.Latest ? $"All versions of {desired.Id} on disk were gone back from: {string.Join(" ", desired.RolledBack!.Select(one => $"{one.Version}: {one.Reason}"))} Name one to take it all the same."
        : $"Version {desired.Version} of {desired.Id} is not on disk; there are {string.Join(", ", packages.Select(package => package.Version))}.";

    private static SlotPlan Not(PluginState state, string code, string reason, string? version) => new(null, state, code, reason, version);
}
