namespace CustomerInsights.Plugins.Trust;

/// <summary>How far a publisher is trusted; decides where its plugins may run.</summary>
public enum PublisherTrust
{
    /// <summary>Its key is known; nobody has looked who it is.</summary>
    Known = 0,

    /// <summary>A trusted catalog or an admin has verified who it is.</summary>
    Verified = 1,

    /// <summary>It makes the host too.</summary>
    FirstParty = 2,
}

/// <summary>A publisher and its keys.</summary>
/// <param name="Id">The first part of its plugins' ids.</param>
/// <param name="Name">For people.</param>
/// <param name="Trust">How far it is trusted.</param>
/// <param name="Keys">Its keys; several while one follows another.</param>
public sealed record TrustedPublisher(string Id, string Name, PublisherTrust Trust, IReadOnlyList<TrustedKey> Keys);

/// <summary>A catalog that plugins are offered from.</summary>
/// <param name="Name">Its name here, also its file's name in the data directory.</param>
/// <param name="Source">A folder, or the http(s) address of its <c>catalog.json</c>.</param>
/// <param name="Keys">The keys that may sign it.</param>
public sealed record TrustedCatalog(string Name, string Source, IReadOnlyList<TrustedKey> Keys);

/// <summary>A key that is revoked here, whoever lists it.</summary>
/// <param name="KeyId">The key's name.</param>
/// <param name="Reason">Why, for people.</param>
public sealed record RevokedKey(string KeyId, string Reason);

/// <summary><c>trust.json</c> in the data directory: whom an admin trusts. Edited by hand; read at every use.</summary>
public sealed record TrustDocument
{
    /// <summary>Publishers that the admin trusts, besides those of the catalogs.</summary>
    public IReadOnlyList<TrustedPublisher> Publishers { get; init; } = [];

    /// <summary>Catalogs.</summary>
    public IReadOnlyList<TrustedCatalog> Catalogs { get; init; } = [];

    /// <summary>Keys that are refused whatever else is said of them.</summary>
    public IReadOnlyList<RevokedKey> RevokedKeys { get; init; } = [];

    /// <summary>Versions that must not run.</summary>
    public IReadOnlyList<BlockedVersions> Blocked { get; init; } = [];

    /// <summary>Statements by which a key names its successor.</summary>
    public IReadOnlyList<KeyRotation> Rotations { get; init; } = [];
}
