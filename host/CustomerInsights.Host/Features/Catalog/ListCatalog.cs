using CustomerInsights.Host.Features.Access;
using CustomerInsights.Host.Platform;
using CustomerInsights.Plugins;
using CustomerInsights.Plugins.Catalogs;
using CustomerInsights.Plugins.Installing;
using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Host.Features.Catalog;

/// <summary>GET /catalog: what the catalogs offer, with the reasons against each version; nothing is hidden.</summary>
internal static class ListCatalog
{
    /// <summary>The offers.</summary>
    /// <param name="Catalogs">The catalogs and what is wrong with them.</param>
    /// <param name="Items">The plugins by id.</param>
    public sealed record Response(IReadOnlyList<CatalogState> Catalogs, IReadOnlyList<Item> Items);

    /// <summary>A catalog.</summary>
    public sealed record CatalogState(string Name, string Source, long? Sequence, DateTimeOffset? IssuedAt, DateTimeOffset? ExpiresAt, string? Problem);

    /// <summary>A plugin.</summary>
    /// <param name="Id">Its id.</param>
    /// <param name="Name">For people.</param>
    /// <param name="Summary">One sentence.</param>
    /// <param name="Kinds">What it contributes.</param>
    /// <param name="Publisher">Who made it.</param>
    /// <param name="PublisherVerified">Whether the catalog has looked who that is.</param>
    /// <param name="Catalog">The catalog.</param>
    /// <param name="Installed">The version that is wanted here, or runs.</param>
    /// <param name="Versions">Newest first.</param>
    public sealed record Item(
        string Id, string Name, string? Summary, IReadOnlyList<PluginKind> Kinds, string Publisher, bool PublisherVerified, string Catalog, string? Installed, IReadOnlyList<Version> Versions);

    /// <summary>A version.</summary>
    /// <param name="Number">The version.</param>
    /// <param name="Channel">stable or preview.</param>
    /// <param name="Notes">What is new.</param>
    /// <param name="Size">Bytes to fetch.</param>
    /// <param name="Isolation">Where it can run.</param>
    /// <param name="Compatible">Whether it can be installed here.</param>
    /// <param name="Objections">Why not.</param>
    /// <param name="Reservation">Why it is not taken without being named.</param>
    /// <param name="Capabilities">What it asks for, in words.</param>
    /// <param name="ToAccept">What of that is more than the installed version was given.</param>
    /// <param name="CapabilitiesSha256">Send it as acceptedCapabilities to accept.</param>
    public sealed record Version(
        string Number, string Channel, string? Notes, long Size, IReadOnlyList<string> Isolation, bool Compatible, IReadOnlyList<string> Objections, string? Reservation,
        IReadOnlyList<string> Capabilities, IReadOnlyList<string> ToAccept, string CapabilitiesSha256);

    public static void Map(IEndpointRouteBuilder routes) =>
        routes.MapGet("/catalog", HandleAsync).WithName(nameof(ListCatalog)).Requires(AccessAction.Read, ResourceKind.Plugin);

    /// <summary>Lists.</summary>
    /// <param name="search">Words that id, name or summary must hold, all of them.</param>
    /// <param name="compatible">true leaves out plugins without any version that can be installed here.</param>
    internal static async Task<Response> HandleAsync(
        string? search, bool? compatible, CatalogStore catalogs, Offers offers, PluginLockFile locks, PluginHost plugins, CancellationToken cancellationToken)
    {
        var known = await catalogs.ListAsync(cancellationToken);
        var trust = await catalogs.ReadAsync(cancellationToken);
        var installation = (await locks.ReadAsync(cancellationToken)).Installation;
        var items = (await offers.AllAsync(null, cancellationToken))
            .GroupBy(offer => (offer.Plugin.Id, offer.Catalog.From.Name))
            .Where(group => Matches(group.First().Plugin, search))
            .Select(group => ItemOf([.. group], one => Compatibility.Objections(one.Plugin.Id, one.Version, trust, Offers.HostVersion), one => offers.Reservation(one, installation), plugins.Find(group.Key.Id)))
            .Where(item => compatible != true || item.Versions.Any(version => version.Compatible));
        return new(
            [.. known.Select(one => new CatalogState(one.From.Name, one.From.Source, one.Content?.Sequence, one.Content?.IssuedUtc, one.Content?.ExpiresUtc, one.Problem))],
            [.. items]);
    }

    private static bool Matches(CatalogPlugin plugin, string? search) =>
        (search ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries)
            .All(word => $"{plugin.Id} {plugin.Name} {plugin.Summary}".Contains(word, StringComparison.OrdinalIgnoreCase));

    private static Item ItemOf(IReadOnlyList<Offer> versions, Func<Offer, IReadOnlyList<string>> objections, Func<Offer, string?> reservation, PluginStatus? status)
    {
        var (catalog, plugin) = (versions[0].Catalog, versions[0].Plugin);
        var publisher = catalog.Content!.Publishers.FirstOrDefault(one => one.Id == plugin.Publisher);
        return new(
            plugin.Id, plugin.Name, plugin.Summary, plugin.Kinds, publisher?.Name ?? plugin.Publisher, publisher?.Verified == true, catalog.From.Name,
            status?.RunningVersion ?? status?.Desired?.Version,
            [
                .. versions.Select(offer =>
                {
                    var against = objections(offer);
                    var asked = offer.Version.Capabilities;
                    return new Version(
                        offer.Version.Version, offer.Version.Channel, offer.Version.Notes, offer.Version.Size, [.. offer.Version.Isolation.Select(Word)], against.Count == 0, against,
                        reservation(offer), Capabilities.Describe(asked), Capabilities.Wider(status?.Manifest?.Capabilities, asked),
                        offer.Version.CapabilitiesSha256 ?? Capabilities.Hash(asked));
                }),
            ]);
    }

    private static string Word(IsolationMode mode) => System.Text.Json.JsonNamingPolicy.CamelCase.ConvertName(mode.ToString());
}
