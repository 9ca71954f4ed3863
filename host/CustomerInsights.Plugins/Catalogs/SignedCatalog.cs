using System.Runtime.InteropServices;
using System.Text.Json;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Plugins.Catalogs;

/// <summary>
/// <c>catalog.json</c>: <c>{"signed": {…}, "signatures": [ … ]}</c>. The signature is over the exact bytes of the value of
/// <c>signed</c> as they stand in the file: a canonical form would be a second reader, with mistakes of its own.
/// </summary>
public static class SignedCatalog
{
    /// <summary>The largest catalog that is read, in bytes.</summary>
    public const int MaxBytes = 16 * 1024 * 1024;

    private const string What = "catalog.json";

    /// <summary>Reads a catalog, its signature first.</summary>
    /// <param name="file">The bytes of the file.</param>
    /// <param name="keys">The keys that may sign it.</param>
    /// <returns>The catalog. Its sequence and end are for the caller to judge.</returns>
    /// <exception cref="PackageException">It is not signed by one of the keys, or is no catalog.</exception>
    public static Catalog Read(ReadOnlyMemory<byte> file, IReadOnlyList<TrustedKey> keys)
    {
        ArgumentNullException.ThrowIfNull(keys);
        if (file.Length > MaxBytes)
        {
            throw new PackageException("limit", $"{What} has more than {MaxBytes:N0} bytes.");
        }

        var envelope = PackageJson.Read<Envelope>(file.Span, What);
        var signed = JsonMarshal.GetRawUtf8Value(envelope.Signed).ToArray();
        if (!envelope.Signatures.Any(signature => keys.Any(key => key.RevokedUtc is null && key.Verifies(signed, signature))))
        {
            throw new PackageException("signature", $"{What} is not signed by a key that trust.json names for it. It was changed, or comes from somebody else.");
        }

        var catalog = PackageJson.Read<Catalog>(signed, What);
        if (catalog.FeedVersion != 1)
        {
            throw new PackageException("version", $"{What} has the form {catalog.FeedVersion}; this host reads 1. A newer host may read it.");
        }

        Check(catalog);
        return catalog;
    }

    /// <summary>Writes and signs.</summary>
    /// <param name="catalog">The catalog.</param>
    /// <param name="key">The catalog's key.</param>
    /// <returns>The bytes of the file.</returns>
    public static byte[] Write(Catalog catalog, SigningKey key)
    {
        ArgumentNullException.ThrowIfNull(catalog);
        ArgumentNullException.ThrowIfNull(key);
        var signed = JsonSerializer.SerializeToUtf8Bytes(catalog, PackageJson.Options);
        var signatures = JsonSerializer.SerializeToUtf8Bytes(new[] { key.Sign(signed, SignatureRole.Catalog, catalog.IssuedUtc) }, PackageJson.Options);
        return [.. "{\"signed\": "u8, .. signed, .. ",\n\"signatures\": "u8, .. signatures, .. "}\n"u8];
    }

    private static void Check(Catalog catalog)
    {
        foreach (var plugin in catalog.Plugins)
        {
            if (!PluginIds.IsId(plugin?.Id) || PluginIds.PublisherOf(plugin!.Id) != plugin.Publisher)
            {
                throw new PackageException("identity", $"{What} offers '{PackagePath.Show(plugin?.Id ?? "")}', which is not an id of its publisher.");
            }

            if (plugin.Versions.FirstOrDefault(version => !SemanticVersion.TryParse(version?.Version, out _)) is { } bad)
            {
                throw new PackageException("identity", $"{What} offers {plugin.Id} '{PackagePath.Show(bad.Version ?? "")}', which is not a version.");
            }
        }
    }

    private sealed record Envelope(JsonElement Signed, IReadOnlyList<PackageSignature> Signatures);
}
