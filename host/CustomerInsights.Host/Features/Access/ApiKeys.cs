using System.Security.Claims;
using System.Security.Cryptography;
using CustomerInsights.Storage.Access;

namespace CustomerInsights.Host.Features.Access;

/// <summary>Makes, checks and revokes API keys.</summary>
internal sealed class ApiKeys(IApiKeyStore store, LocalKey local, TimeProvider clock)
{
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
            return (Principal("command line", Roles.Admin), id);
        }

        // An unknown id costs the same comparison as a wrong secret.
        var key = await store.FindAsync(id, cancellationToken);
        var same = CryptographicOperations.FixedTimeEquals(hash, key?.SecretHash ?? s_noKey);
        return (same && key is { RevokedAt: null } ? Principal(key.Name, key.Role) : null, key is null ? FailedAttempts.NoKey : id);
    }

    private static ClaimsPrincipal Principal(string name, string role) =>
        new(new ClaimsIdentity([new Claim(ClaimTypes.Name, name), new Claim(ClaimTypes.Role, role)], "ApiKey"));
}
