using System.Collections.Concurrent;
using System.Globalization;
using System.Runtime.CompilerServices;
using CustomerInsights.Plugins;
using CustomerInsights.Sdk;

namespace CustomerInsights.Host.Features.Upgrades;

/// <summary>What a version gets while it is only tried: it sees all that is stored, and what it writes goes nowhere but into memory.</summary>
internal sealed class PreflightServices(IPluginHostServices real) : IPluginHostServices
{
    public IPluginStorage StorageFor(string pluginId, string connectionId, long maxBytes) => new Overlay(real.StorageFor(pluginId, connectionId, maxBytes));

    public ISecrets SecretsFor(string pluginId, string connectionId) => new ReadOnlySecrets(real.SecretsFor(pluginId, connectionId));

    public void Progress(string connectionId, PluginProgress progress)
    {
        // Nobody waits for it.
    }

    public ValueTask RecordAsync(PluginTransition transition, CancellationToken cancellationToken) => ValueTask.CompletedTask;

    private sealed class Overlay(IPluginStorage below) : IPluginStorage
    {
        private const string Deleted = "";
        private readonly ConcurrentDictionary<string, StoredValue?> _own = new(StringComparer.Ordinal);
        private int _last;

        public async ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) =>
            _own.TryGetValue(key, out var value) ? value : await below.GetAsync(key, cancellationToken);

        public async ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> value, string? ifMatch, TimeSpan? expiresIn, CancellationToken cancellationToken)
        {
            var standing = (await GetAsync(key, cancellationToken))?.ETag ?? Deleted;
            if (ifMatch is not null && ifMatch != standing)
            {
                throw new PluginException(FailureKind.Data, $"The stored value '{key}' has another version by now.");
            }

            var etag = string.Create(CultureInfo.InvariantCulture, $"tried-{Interlocked.Increment(ref _last)}");
            _own[key] = new StoredValue(value.ToArray(), etag);
            return etag;
        }

        public async ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken)
        {
            var there = await GetAsync(key, cancellationToken) is not null;
            _own[key] = null;
            return there;
        }

        public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
        {
            var keys = new SortedSet<string>(_own.Where(pair => pair.Value is not null && pair.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(pair => pair.Key), StringComparer.Ordinal);
            await foreach (var key in below.ListAsync(prefix, cancellationToken))
            {
                if (!_own.ContainsKey(key))
                {
                    keys.Add(key);
                }
            }

            foreach (var key in keys)
            {
                yield return key;
            }
        }
    }

    private sealed class ReadOnlySecrets(ISecrets real) : ISecrets
    {
        public ValueTask<string> RevealAsync(SecretReference reference, CancellationToken cancellationToken) => real.RevealAsync(reference, cancellationToken);

        // A token that was refreshed in a trial is lost; the other side gives another. What is stored must not hang on a version that may not stay.
        public ValueTask UpdateAsync(SecretReference reference, string value, CancellationToken cancellationToken) => ValueTask.CompletedTask;
    }
}
