using CustomerInsights.Plugins.Catalogs;
using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Plugins.Trust;

/// <summary>What becomes of a blocked version.</summary>
public enum BlockAction
{
    /// <summary>It does not run.</summary>
    Disable = 0,

    /// <summary>It does not run, and is not installed again even by who names it.</summary>
    Quarantine = 1,
}

/// <summary>Versions that must not run.</summary>
/// <param name="Id">The plugin.</param>
/// <param name="Versions">Which; see <see cref="VersionSpan"/>.</param>
/// <param name="Reason">Why, for people.</param>
/// <param name="Action">What becomes of them.</param>
public sealed record BlockedVersions(string Id, string Versions, string Reason, BlockAction Action = BlockAction.Disable)
{
    internal bool Names(string id, SemanticVersion version) => id == Id && VersionSpan.Names(Versions, version);
}
