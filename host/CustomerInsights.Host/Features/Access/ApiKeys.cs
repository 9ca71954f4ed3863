using System.Security.Claims;
using System.Security.Cryptography;
using CustomerInsights.Storage.Access;

namespace CustomerInsights.Host.Features.Access;

/// <summary>Makes, checks and revokes API keys.</summary>
internal sealed class ApiKeys(IApiKeyStore store, LocalKey local, TimeProvider clock)
{
    internal const string KeyIdClaim = "key";

    private static readonly byte[] s_noKey = new byte[32];

    /// <summary>Makes a key; its text is given once and never stored.</summary>
    public async ValueTask<(ApiKey Key, string Text)> CreateAsync(string name, string role, string actor, CancellationToken cancellationToken)
    {
        var (id, text, hash) = ApiKeyText.Make();
        var key = new ApiKey(id, name, role, hash, clock.GetUtcNow(), null);
        await store.AddAsync(key, actor, cancellationToken);
        return (key, text);
    }

    /// <summary>The principal behind a key's text, or null; and the id of the key that was tried, <see cref="FailedAttempts.NoKey"/> when there is none.</summary>
    public async ValueTask<(ClaimsPrincipal? Principal, string KeyId)> AuthenticateAsync(string text, CancellationToken cancellationToken)
    {
        if (!ApiKeyText.TryParse(text, out var id, out var secret))
        {
            return (null, FailedAttempts.NoKey);
        }

        var hash = ApiKeyText.Hash(secret);
        if (local.Matches(id, hash))
        {
            return (OfLocal(), id);
        }

        // An unknown id costs the same comparison as a wrong secret.
        var key = await store.FindAsync(id, cancellationToken);
        var same = CryptographicOperations.FixedTimeEquals(hash, key?.SecretHash ?? s_noKey);
        return (same && key is { RevokedAt: null } ? Principal(key.Id, key.Name, key.Role) : null, key is null ? FailedAttempts.NoKey : id);
    }

    /// <summary>The principal of a key that was proven before; null when it was revoked since.</summary>
    public async ValueTask<ClaimsPrincipal?> PrincipalAsync(string keyId, CancellationToken cancellationToken) =>
        local.Is(keyId) ? OfLocal() : await store.FindAsync(keyId, cancellationToken) is { RevokedAt: null } key ? Principal(key.Id, key.Name, key.Role) : null;

    private ClaimsPrincipal OfLocal() => Principal(local.Id, "command line", Roles.Admin);

    private static ClaimsPrincipal Principal(string id, string name, string role) =>
        new(new ClaimsIdentity([new Claim(KeyIdClaim, id), new Claim(ClaimTypes.Name, name), new Claim(ClaimTypes.Role, role)], "ApiKey"));
}
