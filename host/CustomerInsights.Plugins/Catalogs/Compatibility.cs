using System.Runtime.InteropServices;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Trust;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Catalogs;

/// <summary>Why this host does not take a version that a catalog offers. Shown beside the version, never a reason to hide it.</summary>
public static class Compatibility
{
    /// <summary>What keeps a version from running here.</summary>
    /// <param name="id">The plugin.</param>
    /// <param name="version">The catalog's entry.</param>
    /// <param name="trust">Whom to trust, and what is blocked.</param>
    /// <param name="hostVersion">The host's version.</param>
    /// <returns>Sentences; empty when nothing does.</returns>
    public static IReadOnlyList<string> Objections(string id, CatalogVersion version, TrustSet trust, string? hostVersion)
    {
        ArgumentNullException.ThrowIfNull(version);
        ArgumentNullException.ThrowIfNull(trust);
        var found = new List<string>();
        Range("SDK", version.Sdk, SdkInfo.Version, found);
        Range("host", version.Host, hostVersion, found);
        if (!version.Rids.Any(rid => rid is "any" || rid == RuntimeInformation.RuntimeIdentifier))
        {
            found.Add($"It runs on {string.Join(", ", version.Rids)}; this host is {RuntimeInformation.RuntimeIdentifier}.");
        }

        if (trust.FindBlock(id, SemanticVersion.Parse(version.Version)) is { } block)
        {
            found.Add($"It is blocked: {block.Reason}.");
        }

        if (version.Url is null || version.Sha256 is null)
        {
            found.Add("The catalog does not offer its package any more.");
        }

        return found;
    }

    /// <summary>What keeps a version from being taken by who does not name it: taken back, a preview, or not this installation's turn.</summary>
    /// <param name="version">The catalog's entry.</param>
    /// <param name="installation">This installation's id.</param>
    /// <returns>A sentence, or null.</returns>
    public static string? Reservation(CatalogVersion version, string installation)
    {
        ArgumentNullException.ThrowIfNull(version);
        if (version.Yanked is { } yank)
        {
            return $"It was taken back: {yank.Reason}." + (yank.ReplacedBy is { } next ? $" Take {next} instead." : "");
        }

        if (version.Channel != "stable")
        {
            return $"It is of the channel '{version.Channel}'.";
        }

        return version.Rollout is { } rollout && Bucket(installation, rollout.Seed) >= rollout.Percent
            ? $"It goes to {rollout.Percent} % of the installations for now, and this one is not among them."
            : null;
    }

    // A hash that is the same on every machine and in every run, unlike string.GetHashCode.
    private static int Bucket(string installation, string seed) =>
        (int)(System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(
            System.Security.Cryptography.SHA256.HashData(System.Text.Encoding.UTF8.GetBytes($"{installation}\n{seed}"))) % 100);

    private static void Range(string what, string? range, string? here, List<string> found)
    {
        if (range is null || !SemanticVersion.TryParse(here, out var version))
        {
            return;
        }

        try
        {
            if (VersionRange.Parse(range).Objection(what, version) is { } objection)
            {
                found.Add($"It {objection}.");
            }
        }
        catch (FormatException error)
        {
            found.Add($"Its {what} range cannot be read: {error.Message}");
        }
    }
}
