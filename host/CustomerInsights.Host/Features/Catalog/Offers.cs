using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Catalogs;
using CustomerInsights.Plugins.Installing;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Host.Features.Catalog;

/// <summary>A version that a catalog offers.</summary>
/// <param name="Catalog">The catalog.</param>
/// <param name="Plugin">The plugin.</param>
/// <param name="Version">The version.</param>
internal sealed record Offer(KnownCatalog Catalog, CatalogPlugin Plugin, CatalogVersion Version)
{
    public SemanticVersion Number => SemanticVersion.Parse(Version.Version);
}

/// <summary>Finds and chooses among what the catalogs offer; refuses with a reason before anything is fetched.</summary>
internal sealed class Offers(CatalogStore catalogs, PluginLockFile locks, PluginHost plugins)
{
    public static string HostVersion { get; } = typeof(Offers).Assembly.GetName().Version!.ToString(3);

    /// <summary>The version to install: the one that is named, else the newest that this host takes by itself.</summary>
    /// <exception cref="PackageException">There is none, or it may not be installed here.</exception>
    public async Task<Offer> ChooseAsync(string id, string? version, CancellationToken cancellationToken)
    {
        var trust = await catalogs.ReadAsync(cancellationToken);
        var offers = await AllAsync(id, cancellationToken);
        if (offers.Count == 0)
        {
            throw new PackageException("not-found", $"No catalog offers the plugin {id}. GET /api/v1/catalog shows what there is and which catalogs have problems.");
        }

        if (version is null)
        {
            var installation = (await locks.ReadAsync(cancellationToken)).Installation;
            return offers.Find(offer => Usable(offer, trust) is null && Reservation(offer, installation) is null)
                ?? throw new PackageException("incompatible", $"No version of {id} is taken by itself. The newest, {offers[0].Version.Version}: {Usable(offers[0], trust) ?? Reservation(offers[0], installation)}");
        }

        var named = offers.Find(offer => offer.Version.Version == version)
            ?? throw new PackageException("not-found", $"No catalog offers version {version} of {id}; there are {string.Join(", ", offers.Select(offer => offer.Version.Version).Distinct())}.");
        return Usable(named, trust) is { } objection ? throw new PackageException("incompatible", $"{id} {version} is not installed. {objection}") : named;
    }

    /// <summary>What keeps a version from being taken by who does not name it: as the catalog says, or because it was gone back from here.</summary>
    public string? Reservation(Offer offer, string installation) =>
        Compatibility.Reservation(offer.Version, installation)
        ?? (plugins.Find(offer.Plugin.Id)?.Desired?.WhyAvoided(offer.Version.Version) is { } avoided ? $"It was rolled back here at {avoided.At:u} by {avoided.By}: {avoided.Reason}" : null);

    /// <summary>Refuses a move of the version that a pin or the plugin's state forbids.</summary>
    /// <exception cref="PackageException">It is forbidden; says by whom.</exception>
    public async Task CheckMoveAsync(
        string id, SemanticVersion to, int stateVersion, int readsStateFrom, bool isUpgrade, bool hasCopy, CancellationToken cancellationToken)
    {
        if ((await locks.ReadAsync(cancellationToken)).Find(id)?.Pin is { } pin)
        {
            throw new PackageException("pinned", $"{id} was pinned by {pin.By} at {pin.At:u}{(pin.Reason is null ? "" : $": {pin.Reason}")}. Unpin it first: POST /api/v1/plugins/{id}/pin with \"pinned\": false.");
        }

        if (plugins.Find(id) is not { Manifest: { } manifest } status)
        {
            return;
        }

        var current = SemanticVersion.Parse(manifest.Version);
        if (isUpgrade && to <= current)
        {
            throw new PackageException("not-newer", $"{id} is at {current}, and {to} is not newer. To go back use rollback.");
        }

        var writes = manifest.Releases.StateVersion;
        if (status.RunningVersion is not null && !hasCopy && (readsStateFrom > writes || (to < current && stateVersion < writes)))
        {
            throw new PackageException("state", $"{id} {to} reads state {readsStateFrom} to {stateVersion}, and {current} has written {writes}. Its sources would have to be read from the beginning.");
        }
    }

    /// <summary>Refuses what asks for more than was accepted.</summary>
    /// <exception cref="PackageException">It asks for more; names it.</exception>
    public async Task CheckAcceptedAsync(string id, string version, ManifestCapabilities asked, string? accepted, CancellationToken cancellationToken)
    {
        var hash = Capabilities.Hash(asked);
        var locked = (await locks.ReadAsync(cancellationToken)).Find(id);
        if (hash == accepted || hash == locked?.AcceptedCapabilities)
        {
            return;
        }

        if (Capabilities.Wider(plugins.Find(id)?.Manifest?.Capabilities, asked) is { Count: > 0 } wider)
        {
            throw new PackageException("capabilities", $"{id} {version} asks for more than was accepted: {string.Join(' ', wider)} To accept, send \"acceptedCapabilities\": \"{hash}\".");
        }
    }

    public async Task<List<Offer>> AllAsync(string? id, CancellationToken cancellationToken) =>
    [
        .. from known in await catalogs.ListAsync(cancellationToken)
           where known.Content is not null
           from plugin in known.Content!.Plugins
           where id is null || plugin.Id == id
           from version in plugin.Versions
           let offer = new Offer(known, plugin, version)
           orderby offer.Plugin.Id, offer.Number descending
           select offer,
    ];

    private static string? Usable(Offer offer, TrustSet trust) =>
        offer.Catalog.Problem is { } problem && (offer.Catalog.Content is null || problem.Contains("expired", StringComparison.Ordinal)) ? $"The catalog {offer.Catalog.From.Name}: {problem}"
        : Compatibility.Objections(offer.Plugin.Id, offer.Version, trust, HostVersion) is [var first, ..] ? first
        : null;
}
