using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Context;

/// <summary>The connection's storage with the SDK's rules for keys and sizes, so that every store need not repeat them.</summary>
internal sealed class CheckedStorage(IPluginStorage inner, long maxBytes) : IPluginStorage
{
    private const int MaxKey = 200;

    public ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) => inner.GetAsync(Valid(key), cancellationToken);

    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> value, string? ifMatch, TimeSpan? expiresIn, CancellationToken cancellationToken)
    {
        if (value.Length > maxBytes)
        {
            throw new PluginException(FailureKind.Permanent, $"The value of '{Valid(key)}' has {value.Length:N0} bytes; the plugin's storage holds {maxBytes:N0} (capabilities.storage.maxBytes in its manifest).");
        }

        if (expiresIn <= TimeSpan.Zero)
        {
            throw new PluginException(FailureKind.Bug, $"The life of '{Valid(key)}' must be more than zero.");
        }

        return inner.PutAsync(Valid(key), value, ifMatch, expiresIn, cancellationToken);
    }

    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken) => inner.DeleteAsync(Valid(key), cancellationToken);

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) =>
        inner.ListAsync(string.IsNullOrEmpty(prefix) ? "" : Valid(prefix), cancellationToken);

    private static string Valid(string key) =>
        key is { Length: > 0 and <= MaxKey } && key.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.' or '/')
            ? key
            : throw new PluginException(FailureKind.Bug, $"'{key}' is not a storage key: 1 to {MaxKey} letters, digits and _ - . /");
}
