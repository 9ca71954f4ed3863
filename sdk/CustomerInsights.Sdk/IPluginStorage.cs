namespace CustomerInsights.Sdk;

/// <summary>
/// Small durable values of one plugin and connection; survives restarts and upgrades, never seen by other plugins. A value
/// is durable when the call returns. Quota over all values with their keys: the manifest's <c>storage.maxBytes</c>, 1 MiB by default.
/// </summary>
public interface IPluginStorage
{
    /// <summary>Reads a value.</summary>
    /// <param name="key">1 to 200 characters: letters, digits, <c>_ - . /</c>.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The value, or null when there is none or it has expired.</returns>
    /// <exception cref="PluginException">Transient: the store cannot be reached.</exception>
    ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken);

    /// <summary>Writes a value.</summary>
    /// <param name="key">As for <see cref="GetAsync"/>.</param>
    /// <param name="value">At most the quota.</param>
    /// <param name="ifMatch">The ETag that must still stand, empty text for "only if absent", or null for "whatever is there".</param>
    /// <param name="expiresIn">The life, or null for ever.</param>
    /// <param name="cancellationToken">Cancels the wait; the value may or may not have been written.</param>
    /// <returns>The new ETag.</returns>
    /// <exception cref="PluginException">Data: the ETag has changed. Permanent: the quota is exceeded. Transient: the store cannot be reached.</exception>
    ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> value, string? ifMatch, TimeSpan? expiresIn, CancellationToken cancellationToken);

    /// <summary>Removes a value.</summary>
    /// <param name="key">As for <see cref="GetAsync"/>.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>True when there was one.</returns>
    ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken);

    /// <summary>Lists keys in ordinal order.</summary>
    /// <param name="prefix">Their beginning; empty for all.</param>
    /// <param name="cancellationToken">Ends the listing.</param>
    /// <returns>The keys.</returns>
    IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken);
}
