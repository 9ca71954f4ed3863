namespace CustomerInsights.Storage.Access;

/// <summary>API keys: hashes only.</summary>
public interface IApiKeyStore
{
    /// <summary>Adds a key.</summary>
    /// <exception cref="StoreConflictException">The id or the name is taken.</exception>
    ValueTask AddAsync(ApiKey key, string actor, CancellationToken cancellationToken);

    /// <summary>A key by its public id, revoked ones too; null when there is none.</summary>
    ValueTask<ApiKey?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>All keys by creation.</summary>
    ValueTask<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken);

    /// <summary>Revokes a key; false when there is none or it is revoked already.</summary>
    ValueTask<bool> RevokeAsync(string id, string actor, CancellationToken cancellationToken);
}
