using System.Collections.Concurrent;
using System.Runtime.CompilerServices;
using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Tests.Kit;

/// <summary>The application, in memory.</summary>
internal sealed class RecordingServices : IPluginHostServices, IPluginStorage, ISecrets
{
    internal const string Secret = "s3cret-value";

    internal ConcurrentQueue<PluginTransition> Transitions { get; } = new();

    internal ConcurrentQueue<PluginProgress> Reports { get; } = new();

    internal ConcurrentDictionary<string, byte[]> Values { get; } = new(StringComparer.Ordinal);

    internal string Path(string id) => string.Join(" ", Transitions.Where(step => step.PluginId == id).Select(step => step.To));

    public IPluginStorage StorageFor(string pluginId, string connectionId, long maxBytes) => this;

    public ISecrets SecretsFor(string pluginId, string connectionId) => this;

    public void Progress(string connectionId, PluginProgress progress) => Reports.Enqueue(progress);

    public ValueTask RecordAsync(PluginTransition transition, CancellationToken cancellationToken)
    {
        Transitions.Enqueue(transition);
        return ValueTask.CompletedTask;
    }

    public ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) =>
        new(Values.TryGetValue(key, out var value) ? new StoredValue(value, "1") : null);

    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> value, string? ifMatch, TimeSpan? expiresIn, CancellationToken cancellationToken)
    {
        Values[key] = value.ToArray();
        return new("1");
    }

    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken) => new(Values.TryRemove(key, out _));

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        foreach (var key in Values.Keys)
        {
            await Task.Yield();
            yield return key;
        }
    }

    public ValueTask<string> RevealAsync(SecretReference reference, CancellationToken cancellationToken) => new(Secret);

    public ValueTask UpdateAsync(SecretReference reference, string value, CancellationToken cancellationToken) => ValueTask.CompletedTask;
}
