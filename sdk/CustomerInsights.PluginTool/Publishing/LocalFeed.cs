using System.Security.Cryptography;
using System.Text.Json;
using CustomerInsights.Plugins.Catalogs;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.PluginTool.Publishing;

/// <summary>A catalog in a folder: <c>catalog.json</c>, <c>key.json</c> with the public key, and the packages. Publishing the same again changes nothing.</summary>
internal sealed class LocalFeed(string folder, string keyFile, TimeProvider clock)
{
    // It comes with what it offers and is not fetched from anywhere: there is nothing that could be kept from arriving.
    private const int ValidForYears = 10;

    private string CatalogFile => Path.Combine(folder, "catalog.json");

    /// <summary>Publishes packages, and folders with packages below them.</summary>
    /// <returns>What to print.</returns>
    internal async Task<string> PublishAsync(IEnumerable<string> sources, bool replace, CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(folder);
        using var key = await KeyAsync(cancellationToken);
        var now = clock.GetUtcNow();
        var offers = new List<LocalOffer>();
        foreach (var source in sources)
        {
            offers.AddRange(await OffersAsync(source, key, now, cancellationToken));
        }

        var before = await CurrentAsync(key.Public, replace, cancellationToken);
        var plugins = offers.GroupBy(offer => offer.Manifest.Id, StringComparer.Ordinal).Select(Plugin).ToList();
        var publishers = offers.GroupBy(offer => offer.Manifest.Publisher.Id, StringComparer.Ordinal).Select(group => Publisher(group, key.Public)).ToList();
        if (before is not null && !replace)
        {
            plugins = Merge(before.Plugins, plugins);
            publishers = [.. publishers, .. before.Publishers.Where(one => publishers.TrueForAll(other => other.Id != one.Id))];
        }

        if (before is not null && Same(before.Plugins, plugins) && Same(before.Publishers, publishers))
        {
            return $"{folder} is as it should be: {Count(plugins)}.";
        }

        // Two issues within a second are two issues.
        var sequence = Math.Max(now.ToUnixTimeSeconds(), (before?.Sequence ?? 0) + 1);
        var catalog = new Catalog(1, "Local", sequence, now, now.AddYears(ValidForYears)) { Publishers = publishers, Plugins = plugins };
        await File.WriteAllTextAsync(Path.Combine(folder, "key.json"), $$"""{ "keyId": "{{key.KeyId}}", "spki": "{{key.Public.Spki}}" }""" + "\n", cancellationToken);
        var temporary = $"{CatalogFile}.{Environment.ProcessId}.tmp";
        await File.WriteAllBytesAsync(temporary, SignedCatalog.Write(catalog, key), cancellationToken);
        File.Move(temporary, CatalogFile, overwrite: true);
        return $"{folder}: issue {catalog.Sequence} with {Count(plugins)}, signed by {key.KeyId}.";
    }

    private async Task<SigningKey> KeyAsync(CancellationToken cancellationToken)
    {
        if (!File.Exists(keyFile))
        {
            Directory.CreateDirectory(Path.GetDirectoryName(Path.GetFullPath(keyFile))!);
            using var made = SigningKey.Create("dev-" + Convert.ToHexStringLower(RandomNumberGenerator.GetBytes(4)));
            var temporary = $"{keyFile}.{Environment.ProcessId}.tmp";
            await made.WriteAsync(temporary, cancellationToken);
            File.Move(temporary, keyFile, overwrite: true);
        }

        return await SigningKey.ReadAsync(keyFile, cancellationToken);
    }

    private async Task<List<LocalOffer>> OffersAsync(string source, SigningKey key, DateTimeOffset now, CancellationToken cancellationToken)
    {
        if (File.Exists(source))
        {
            return [await LocalOffer.OfFileAsync(source, folder, key, now, cancellationToken)];
        }

        if (!Directory.Exists(source))
        {
            throw new ToolException($"There is no {source}. Name a .ciplugin, or a folder with <id>/<version>/ below.");
        }

        var offers = new List<LocalOffer>();
        foreach (var package in Directory.GetDirectories(source).SelectMany(Directory.GetDirectories).Order(StringComparer.Ordinal))
        {
            offers.Add(await LocalOffer.OfFolderAsync(package, folder, key, now, cancellationToken));
        }

        return offers;
    }

    /// <summary>The issue that lies there; null when there is none, or when it is to be replaced and cannot be read.</summary>
    private async Task<Catalog?> CurrentAsync(TrustedKey key, bool replace, CancellationToken cancellationToken)
    {
        if (!File.Exists(CatalogFile))
        {
            return null;
        }

        try
        {
            return SignedCatalog.Read(await File.ReadAllBytesAsync(CatalogFile, cancellationToken), [key]);
        }
        catch (PackageException) when (replace)
        {
            // Of another key, or half written: it is made anew.
            return null;
        }
        catch (PackageException error)
        {
            throw new ToolException($"{CatalogFile} is not an issue of {key.KeyId}: {error.Message} Name the key that signed it, or say --replace to offer only what you name now.");
        }
    }

    private static CatalogPlugin Plugin(IGrouping<string, LocalOffer> versions)
    {
        var newest = versions.OrderBy(offer => SemanticVersion.Parse(offer.Manifest.Version)).Last().Manifest;
        return new(newest.Id, newest.Name, newest.Publisher.Id, [.. versions.Select(offer => offer.Version)])
        {
            Summary = newest.Summary,
            Kinds = [.. newest.Contributes.Select(one => one.Kind).Distinct()],
        };
    }

    // It vouches for its own key where that signed, and for nobody else's: whose they are is for admins to find out.
    private static CatalogPublisher Publisher(IGrouping<string, LocalOffer> offers, TrustedKey key) =>
        new(offers.Key, offers.First().Manifest.Publisher.Name, true, offers.Any(offer => offer.SignedByKey) ? [key] : []);

    private static List<CatalogPlugin> Merge(IReadOnlyList<CatalogPlugin> before, List<CatalogPlugin> now)
    {
        var merged = now.ConvertAll(plugin => before.FirstOrDefault(one => one.Id == plugin.Id) is { } old
            ? plugin with { Versions = [.. old.Versions.Where(version => plugin.Versions.All(other => other.Version != version.Version)).Concat(plugin.Versions).OrderBy(version => SemanticVersion.Parse(version.Version))] }
            : plugin);
        return [.. before.Where(plugin => now.TrueForAll(other => other.Id != plugin.Id)).Concat(merged).OrderBy(plugin => plugin.Id, StringComparer.Ordinal)];
    }

    private static bool Same<T>(IReadOnlyList<T> before, List<T> now) => JsonSerializer.Serialize(before) == JsonSerializer.Serialize(now);

    private static string Count(List<CatalogPlugin> plugins) => plugins.Sum(plugin => plugin.Versions.Count) is 1 ? "1 package" : $"{plugins.Sum(plugin => plugin.Versions.Count)} packages";
}
