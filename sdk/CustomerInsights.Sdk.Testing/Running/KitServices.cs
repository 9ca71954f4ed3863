using System.Collections.Concurrent;
using CustomerInsights.Plugins;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>The application, in memory: what the plugin stores, the secrets it may open, and what it reports.</summary>
internal sealed class KitServices(TimeProvider clock) : IPluginHostServices
{
    private readonly ConcurrentDictionary<string, KitStorage> _storages = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<PluginTransition> _transitions = new();
    private readonly ConcurrentQueue<string> _reports = new();
    private int _activity;

    /// <summary>Secrets by name; the same for every connection.</summary>
    internal ConcurrentDictionary<string, string> Secrets { get; } = new(StringComparer.Ordinal);

    internal IReadOnlyList<PluginTransition> Transitions => [.. _transitions];

    internal IReadOnlyList<string> Reports => [.. _reports];

    internal IEnumerable<KitStorage> Storages => _storages.Values;

    /// <summary>Counts calls for storage, secrets and progress.</summary>
    internal int Activity => Volatile.Read(ref _activity);

    /// <summary>The quota of storages; what is there already keeps its own.</summary>
    internal long? Quota { get; set; }

    public IPluginStorage StorageFor(string pluginId, string connectionId, long maxBytes)
    {
        var storage = _storages.GetOrAdd(connectionId, _ => new KitStorage(clock, Note));
        storage.Quota = Quota ?? maxBytes;
        return storage;
    }

    public ISecrets SecretsFor(string pluginId, string connectionId) => new Opened(this);

    public void Progress(string connectionId, PluginProgress progress)
    {
        Note();
        _reports.Enqueue(progress.Message ?? "");
    }

    public ValueTask RecordAsync(PluginTransition transition, CancellationToken cancellationToken)
    {
        _transitions.Enqueue(transition);
        return ValueTask.CompletedTask;
    }

    internal void Reset()
    {
        _storages.Clear();
        _reports.Clear();
        Secrets.Clear();
        Quota = null;
    }

    private void Note() => Interlocked.Increment(ref _activity);

    private sealed class Opened(KitServices owner) : ISecrets
    {
        public ValueTask<string> RevealAsync(SecretReference reference, CancellationToken cancellationToken)
        {
            owner.Note();
            return owner.Secrets.TryGetValue(reference.Name, out var value)
                ? new(value)
                : throw new PluginException(FailureKind.Configuration, $"The secret '{reference.Name}' has not been set.");
        }

        public ValueTask UpdateAsync(SecretReference reference, string value, CancellationToken cancellationToken)
        {
            owner.Note();
            owner.Secrets[reference.Name] = value;
            return ValueTask.CompletedTask;
        }
    }
}
