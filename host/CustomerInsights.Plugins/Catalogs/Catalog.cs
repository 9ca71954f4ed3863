using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Plugins.Catalogs;

/// <summary>What a catalog offers, forbids, and whose keys it vouches for.</summary>
/// <param name="FeedVersion">The form; this host reads 1.</param>
/// <param name="Name">For people.</param>
/// <param name="Sequence">Grows with every issue: an older issue is refused, so that nobody can serve yesterday's.</param>
/// <param name="IssuedUtc">When it was made.</param>
/// <param name="ExpiresUtc">After this it is refused, so that nobody can keep today's from arriving unseen.</param>
public sealed record Catalog(int FeedVersion, string Name, long Sequence, DateTimeOffset IssuedUtc, DateTimeOffset ExpiresUtc)
{
    /// <summary>The publishers.</summary>
    public IReadOnlyList<CatalogPublisher> Publishers { get; init; } = [];

    /// <summary>The plugins.</summary>
    public IReadOnlyList<CatalogPlugin> Plugins { get; init; } = [];

    /// <summary>What must not run.</summary>
    public IReadOnlyList<BlockedVersions> Blocked { get; init; } = [];

    /// <summary>Statements by which a publisher's key names its successor.</summary>
    public IReadOnlyList<KeyRotation> Rotations { get; init; } = [];

    /// <summary>What it adds to the trust of who trusts it. It can vouch for no first party.</summary>
    internal TrustDocument AsTrust(bool isOwn) => new()
    {
        Publishers = [.. Publishers.Select(publisher => new TrustedPublisher(
            publisher.Id, publisher.Name, isOwn ? PublisherTrust.FirstParty : publisher.Verified ? PublisherTrust.Verified : PublisherTrust.Known, publisher.Keys))],
        Rotations = Rotations,
        Blocked = Blocked,
    };
}

/// <summary>A publisher in a catalog.</summary>
/// <param name="Id">The first part of its plugins' ids.</param>
/// <param name="Name">For people.</param>
/// <param name="Verified">Whether the catalog has looked who it is.</param>
/// <param name="Keys">Its keys, revoked ones too.</param>
public sealed record CatalogPublisher(string Id, string Name, bool Verified, IReadOnlyList<TrustedKey> Keys);

/// <summary>A plugin in a catalog.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Name">For people.</param>
/// <param name="Publisher">Its publisher's id.</param>
/// <param name="Versions">Its versions.</param>
public sealed record CatalogPlugin(string Id, string Name, string Publisher, IReadOnlyList<CatalogVersion> Versions)
{
    /// <summary>One sentence.</summary>
    public string? Summary { get; init; }

    /// <summary>What it contributes.</summary>
    public IReadOnlyList<PluginKind> Kinds { get; init; } = [];
}

/// <summary>A version in a catalog.</summary>
/// <param name="Version">The version.</param>
public sealed record CatalogVersion(string Version)
{
    /// <summary><c>stable</c> or <c>preview</c>; only the first is taken without being named.</summary>
    public string Channel { get; init; } = "stable";

    /// <summary>When it came out.</summary>
    public DateTimeOffset? PublishedUtc { get; init; }

    /// <summary>Where its package is, relative to the catalog; null when it is not offered any more.</summary>
    public string? Url { get; init; }

    /// <summary>The package's length in bytes.</summary>
    public long Size { get; init; }

    /// <summary>The package's SHA-256, lower-case hex.</summary>
    public string? Sha256 { get; init; }

    /// <summary>The SDK range.</summary>
    public string? Sdk { get; init; }

    /// <summary>The host range.</summary>
    public string? Host { get; init; }

    /// <summary>The systems that it runs on: <c>any</c>, <c>linux-x64</c>…</summary>
    public IReadOnlyList<string> Rids { get; init; } = ["any"];

    /// <summary>Where it can run.</summary>
    public IReadOnlyList<IsolationMode> Isolation { get; init; } = [IsolationMode.InProcess];

    /// <summary>What it asks for, so that people see it before anything is fetched.</summary>
    public ManifestCapabilities Capabilities { get; init; } = new();

    /// <summary>The hash by which an acceptance names what was accepted; the package's own manifest must have the same.</summary>
    public string? CapabilitiesSha256 { get; init; }

    /// <summary>Version of the state that it writes.</summary>
    public int StateVersion { get; init; } = 1;

    /// <summary>Oldest state that it reads.</summary>
    public int ReadsStateFrom { get; init; } = 1;

    /// <summary>The part of the installations that take it without naming it; null for all.</summary>
    public CatalogRollout? Rollout { get; init; }

    /// <summary>What is new.</summary>
    public string? Notes { get; init; }

    /// <summary>Why it was taken back; it is then taken only by who names it.</summary>
    public CatalogYank? Yanked { get; init; }
}

/// <summary>A part of the installations.</summary>
/// <param name="Percent">0 to 100.</param>
/// <param name="Seed">Makes each release meet other installations first.</param>
public sealed record CatalogRollout(int Percent, string Seed);

/// <summary>Why a version was taken back.</summary>
/// <param name="Reason">For people.</param>
/// <param name="ReplacedBy">The version to take instead.</param>
public sealed record CatalogYank(string Reason, string? ReplacedBy = null);
