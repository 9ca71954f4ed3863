using System.Security.Cryptography;
using CustomerInsights.Plugins.Catalogs;
using CustomerInsights.Plugins.Installing;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;
using CustomerInsights.PluginTool.Projects;

namespace CustomerInsights.PluginTool.Publishing;

/// <summary>A package that lies in the feed's folder.</summary>
/// <param name="Manifest">Its manifest.</param>
/// <param name="Version">What the catalog says of it.</param>
/// <param name="SignedByKey">Whether the catalog's key signed it, too.</param>
internal sealed record LocalOffer(PluginManifest Manifest, CatalogVersion Version, bool SignedByKey)
{
    /// <summary>Packs a folder into the feed, signed with the key.</summary>
    internal static async Task<LocalOffer> OfFolderAsync(string package, string feed, SigningKey key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var manifest = await ManifestAsync(package, package, cancellationToken);
        var target = TargetOf(manifest, feed);
        await PackageWriter.PackAsync(package, target, key, now, cancellationToken);
        return await OfAsync(manifest, target, signedByKey: true, cancellationToken);
    }

    /// <summary>Copies a package into the feed. Its signatures stay; one that nobody has signed is signed with the key.</summary>
    internal static async Task<LocalOffer> OfFileAsync(string file, string feed, SigningKey key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        await using var unpacked = await PluginTarget.OpenAsync(file, TextWriter.Null, cancellationToken);
        var manifest = await ManifestAsync(unpacked.PackageFolder, file, cancellationToken);
        var target = TargetOf(manifest, feed);
        if (!await IsSignedAsync(file, null, cancellationToken))
        {
            // Packed again, since that keeps the signature of an earlier time over the same files.
            await PackageWriter.PackAsync(unpacked.PackageFolder, target, key, now, cancellationToken);
        }
        else if (Path.GetFullPath(file) != Path.GetFullPath(target))
        {
            File.Copy(file, target, overwrite: true);
        }

        return await OfAsync(manifest, target, await IsSignedAsync(target, key, cancellationToken), cancellationToken);
    }

    private static async Task<PluginManifest> ManifestAsync(string folder, string shown, CancellationToken cancellationToken)
    {
        var read = await PackageReader.ReadAsync(folder, cancellationToken);
        return read.Manifest ?? throw new PackageException("manifest", $"{shown}: {read.Problems.First(problem => !problem.IsWarning)}");
    }

    private static string TargetOf(PluginManifest manifest, string feed) => Path.Combine(feed, $"{manifest.Id}-{manifest.Version}.ciplugin");

    private static async Task<bool> IsSignedAsync(string file, SigningKey? by, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        await using var stream = File.OpenRead(file);
        using var archive = PackageArchive.Open(stream);
        return archive.Signatures.Any(signature => by is null || by.Public.Verifies(archive.SignedBytes, Convert.FromBase64String(signature.Value)));
    }

    private static async Task<LocalOffer> OfAsync(PluginManifest manifest, string file, bool signedByKey, CancellationToken cancellationToken)
    {
        var bytes = await File.ReadAllBytesAsync(file, cancellationToken);
        var version = new CatalogVersion(manifest.Version)
        {
            Channel = manifest.Releases.Channel,
            Url = Path.GetFileName(file),
            Size = bytes.Length,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Sdk = manifest.Sdk,
            Host = manifest.Host,
            Isolation = manifest.Isolation.Supported,
            Capabilities = manifest.Capabilities,
            CapabilitiesSha256 = Capabilities.Hash(manifest.Capabilities),
            StateVersion = manifest.Releases.StateVersion,
            ReadsStateFrom = manifest.Releases.ReadsStateFrom,
        };
        return new(manifest, version, signedByKey);
    }
}
