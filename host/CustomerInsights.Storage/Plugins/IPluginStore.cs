namespace CustomerInsights.Storage.Plugins;

/// <summary>Plugins' actual history, their own small storage, and encrypted secrets.</summary>
public interface IPluginStore
{
    /// <summary>Adds a transition to a plugin's history.</summary>
    ValueTask AppendTransitionAsync(PluginTransitionRow transition, CancellationToken cancellationToken);

    /// <summary>A plugin's transitions, newest first.</summary>
    ValueTask<Page<PluginTransitionRow>> ListTransitionsAsync(string plugin, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>A stored value, or null when absent or expired at <paramref name="now"/>.</summary>
    ValueTask<PluginValue?> GetValueAsync(string plugin, string connection, string key, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Writes a value; returns its new version. Expired values do not count against the quota.</summary>
    /// <exception cref="StoreConflictException">The version is another (0: it exists).</exception>
    /// <exception cref="StoreQuotaException">All values of that plugin and connection together, with their keys in UTF-8, would pass the quota.</exception>
    ValueTask<long> PutValueAsync(string plugin, string connection, string key, byte[] value, long? ifVersion, DateTimeOffset? expiresAt, DateTimeOffset now, long quotaBytes, CancellationToken cancellationToken);

    /// <summary>Removes a value; false when there was none.</summary>
    ValueTask<bool> DeleteValueAsync(string plugin, string connection, string key, CancellationToken cancellationToken);

    /// <summary>Keys with a prefix, ordinal, expired ones left out; at most 1,000 behind <paramref name="after"/>.</summary>
    ValueTask<IReadOnlyList<string>> ListKeysAsync(string plugin, string connection, string prefix, string? after, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>An encrypted secret, or null.</summary>
    ValueTask<byte[]?> FindSecretAsync(string owner, string name, CancellationToken cancellationToken);

    /// <summary>Stores (or with null removes) an encrypted secret, with an audit row.</summary>
    ValueTask PutSecretAsync(string owner, string name, byte[]? ciphertext, string actor, CancellationToken cancellationToken);

    /// <summary>The names of an owner's secrets.</summary>
    ValueTask<IReadOnlyList<string>> ListSecretsAsync(string owner, CancellationToken cancellationToken);
}

/// <summary>A change of a plugin's state.</summary>
/// <param name="Plugin">The plugin's id.</param>
/// <param name="Version">Its version.</param>
/// <param name="From">The state before.</param>
/// <param name="To">The state after.</param>
/// <param name="Reason">A code.</param>
/// <param name="Detail">For people.</param>
/// <param name="Actor">Who or what caused it.</param>
/// <param name="At">When.</param>
/// <param name="Evidence">A stack trace, last words or the like; null where there is none.</param>
public sealed record PluginTransitionRow(
    string Plugin, string Version, string From, string To, string Reason, string Detail, string Actor, DateTimeOffset At, string? Evidence = null);

/// <summary>A value of a plugin's storage.</summary>
/// <param name="Value">The bytes.</param>
/// <param name="Version">Grows with every write.</param>
public sealed record PluginValue(byte[] Value, long Version);
