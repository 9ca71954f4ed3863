using System.Security.Cryptography;
using System.Text.Json;
using CustomerInsights.Plugins.Catalogs;
using CustomerInsights.Plugins.Installing;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.PluginTool;

/// <summary>A catalog in a folder: <c>catalog.json</c>, <c>key.json</c> with the public key, and the packages. Publishing the same again changes nothing.</summary>
internal static class LocalFeed
{
    // It comes with what it offers and is not fetched from anywhere: there is nothing that could be kept from arriving.
    private const int ValidForYears = 10;

    internal static async Task<string> PublishAsync(string feed, string[] sources, string keyFile, TimeProvider clock, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(feed);
        using var key = await KeyAsync(keyFile, cancellationToken);
        var now = clock.GetUtcNow();
        var offers = new List<(PluginManifest Manifest, CatalogVersion Version)>();
        foreach (var folder in sources.Where(Directory.Exists).SelectMany(Directory.GetDirectories).SelectMany(Directory.GetDirectories).Order(StringComparer.Ordinal))
        {
            offers.Add(await OfferAsync(folder, feed, key, now, cancellationToken));
        }

        var plugins = offers.GroupBy(offer => offer.Manifest.Id, StringComparer.Ordinal).Select(Plugin).ToList();
        var path = Path.Combine(feed, "catalog.json");
        if (File.Exists(path) && IsCurrent(await File.ReadAllBytesAsync(path, cancellationToken), key.Public, plugins))
        {
            return $"{feed} is as it should be: {offers.Count} packages.";
        }

        var catalog = new Catalog(1, "Local", now.ToUnixTimeSeconds(), now, now.AddYears(ValidForYears))
        {
            Publishers = [.. offers.Select(offer => offer.Manifest.Publisher).DistinctBy(publisher => publisher.Id).Select(publisher => new CatalogPublisher(publisher.Id, publisher.Name, true, [key.Public]))],
            Plugins = plugins,
        };
        await File.WriteAllTextAsync(Path.Combine(feed, "key.json"), $$"""{ "keyId": "{{key.KeyId}}", "spki": "{{key.Public.Spki}}" }""" + "\n", cancellationToken);
        var temporary = $"{path}.{Environment.ProcessId}.tmp";
        await File.WriteAllBytesAsync(temporary, SignedCatalog.Write(catalog, key), cancellationToken);
        File.Move(temporary, path, overwrite: true);
        return $"{feed}: issue {catalog.Sequence} with {offers.Count} packages, signed by {key.KeyId}.";
    }

    private static async Task<SigningKey> KeyAsync(string file, CancellationToken cancellationToken)
    {
        if (!File.Exists(file))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(file))!);
            using var made = SigningKey.Create("dev-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)));
            var temporary = $"{file}.{Environment.ProcessId}.tmp";
            await made.WriteAsync(temporary, cancellationToken);
            File.Move(temporary, file, overwrite: true);
        }

        return await SigningKey.ReadAsync(file, cancellationToken);
    }

    private static async Task<(PluginManifest, CatalogVersion)> OfferAsync(string folder, string feed, SigningKey key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        var read = await PackageReader.ReadAsync(folder, cancellationToken);
        var manifest = read.Manifest ?? throw new PackageException("manifest", $"{folder}: {read.Problems.First(problem => !problem.IsWarning)}");
        var name = $"{manifest.Id}-{manifest.Version}.ciplugin";
        await PackageWriter.PackAsync(folder, Path.Combine(feed, name), key, now, cancellationToken);
        var bytes = await File.ReadAllBytesAsync(Path.Combine(feed, name), cancellationToken);
        return (manifest, new CatalogVersion(manifest.Version)
        {
            Channel = manifest.Releases.Channel,
            Url = name,
            Size = bytes.Length,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Sdk = manifest.Sdk,
            Host = manifest.Host,
            Isolation = manifest.Isolation.Supported,
            Capabilities = manifest.Capabilities,
            CapabilitiesSha256 = Capabilities.Hash(manifest.Capabilities),
            StateVersion = manifest.Releases.StateVersion,
            ReadsStateFrom = manifest.Releases.ReadsStateFrom,
        });
    }

    private static CatalogPlugin Plugin(IGrouping<string, (PluginManifest Manifest, CatalogVersion Version)> versions)
    {
        var newest = versions.OrderBy(offer => SemanticVersion.Parse(offer.Manifest.Version)).Last().Manifest;
        return new(newest.Id, newest.Name, newest.Publisher.Id, [.. versions.Select(offer => offer.Version)])
        {
            Summary = newest.Summary,
            Kinds = [.. newest.Contributes.Select(one => one.Kind).Distinct()],
        };
    }

    private static bool IsCurrent(byte[] file, TrustedKey key, List<CatalogPlugin> plugins)
    {
        try
        {
            return JsonSerializer.Serialize(SignedCatalog.Read(file, [key]).Plugins) == JsonSerializer.Serialize(plugins);
        }
        catch (PackageException)
        {
            // Of another key, or half written: it is made anew.
            return false;
        }
    }
}
