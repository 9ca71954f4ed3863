using System.Security.Cryptography;
using System.Text.Json.Nodes;
using CustomerInsights.Plugins.Catalogs;
using CustomerInsights.Plugins.Installing;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Host.Tests.Catalog;

/// <summary>A stranger's catalog in a folder: acme.json, which is the JSON connector under another name, or another plugin under its own name.</summary>
/// <param name="id">The plugin's id in it.</param>
/// <param name="built">The package that it is made of, as the build laid it out; null: the JSON connector.</param>
internal sealed class AcmeCatalog(string id = AcmeCatalog.Id, string? built = null) : IDisposable
{
    internal const string Id = "acme.json";
    private static readonly DateTimeOffset s_now = TimeProvider.System.GetUtcNow();

    private readonly SigningKey _feed = SigningKey.Create("feed-1");
    private readonly SigningKey _acme = SigningKey.Create("acme-1");

    internal string Folder { get; } = Directory.CreateTempSubdirectory("ci-catalog-").FullName;

    internal List<CatalogVersion> Versions { get; } = [];

    internal List<BlockedVersions> Blocked { get; } = [];

    /// <summary>Makes a data directory trust it.</summary>
    internal void TrustIn(string dataDirectory) => File.WriteAllText(
        Path.Combine(dataDirectory, "trust.json"),
        $$"""{ "catalogs": [ { "name": "acme", "source": "{{Folder}}", "keys": [ { "keyId": "feed-1", "spki": "{{_feed.Public.Spki}}" } ] } ] }""");

    internal async Task AddAsync(string version, Action<JsonObject>? edit = null, Func<CatalogVersion, CatalogVersion>? change = null)
    {
        var source = Directory.GetDirectories(built ?? Path.Combine(AppContext.BaseDirectory, "plugins", "customer-insights.json-connector"))[0];
        var copy = Path.Combine(Folder, "work", version);
        var manifest = PackageCopy.Package(source, copy, version, json =>
        {
            (json["id"], json["publisher"]) = (id, new JsonObject { ["id"] = "acme", ["name"] = "Acme GmbH" });
            edit?.Invoke(json);
        });

        var package = Path.Combine(Folder, $"{id}-{version}.ciplugin");
        await PackageWriter.PackAsync(copy, package, _acme, s_now, CancellationToken.None);
        var bytes = await File.ReadAllBytesAsync(package);
        var read = PackageReader.ReadManifest(manifest.ToJsonString()).Manifest!;
        var entry = new CatalogVersion(version)
        {
            Url = Path.GetFileName(package),
            Size = bytes.Length,
            Sha256 = Convert.ToHexStringLower(SHA256.HashData(bytes)),
            Sdk = read.Sdk,
            Capabilities = read.Capabilities,
            CapabilitiesSha256 = Capabilities.Hash(read.Capabilities),
            StateVersion = read.Releases.StateVersion,
            ReadsStateFrom = read.Releases.ReadsStateFrom,
        };
        Versions.Add(change?.Invoke(entry) ?? entry);
    }

    internal Task IssueAsync(long sequence, TimeSpan? validFor = null) => File.WriteAllBytesAsync(
        Path.Combine(Folder, "catalog.json"),
        SignedCatalog.Write(
            new(1, "Acme's", sequence, s_now, s_now + (validFor ?? TimeSpan.FromDays(7)))
            {
                Publishers = [new CatalogPublisher("acme", "Acme GmbH", true, [_acme.Public])],
                Plugins = [new CatalogPlugin(id, "Acme JSON", "acme", Versions) { Summary = "Reads JSON.", Kinds = [PluginKind.Connector] }],
                Blocked = Blocked,
            },
            _feed));

    public void Dispose()
    {
        _feed.Dispose();
        _acme.Dispose();
        Directory.Delete(Folder, recursive: true);
    }
}
