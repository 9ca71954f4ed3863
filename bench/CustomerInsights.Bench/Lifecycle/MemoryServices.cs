using System.Collections.Concurrent;
using CustomerInsights.Plugins;
using CustomerInsights.Sdk;

namespace CustomerInsights.Bench.Lifecycle;

/// <summary>An application that keeps nothing of plugins but what they store.</summary>
internal sealed class MemoryServices : IPluginHostServices, IPluginStorage, ISecrets
{
    private readonly ConcurrentDictionary<string, byte[]> _values = new(StringComparer.Ordinal);

    public IPluginStorage StorageFor(string pluginId, string connectionId, long maxBytes) => this;

    public ISecrets SecretsFor(string pluginId, string connectionId) => this;

    public void Progress(string connectionId, PluginProgress progress)
    {
        // Nobody watches.
    }

    public ValueTask RecordAsync(PluginTransition transition, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    public ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) => new(_values.TryGetValue(key, out var value) ? new StoredValue(value, "1") : null);

    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> value, string? ifMatch, TimeSpan? expiresIn, CancellationToken cancellationToken)
    {
        _values[key] = value.ToArray();
        return new("1");
    }

    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken) => new(_values.TryRemove(key, out _));

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => _values.Keys.ToAsyncEnumerable();

    public ValueTask<string> RevealAsync(SecretReference reference, CancellationToken cancellationToken) => new("s3cret-value");

    public ValueTask UpdateAsync(SecretReference reference, string value, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
