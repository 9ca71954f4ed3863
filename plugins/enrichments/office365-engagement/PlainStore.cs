using Microsoft.Kiota.Abstractions.Store;

namespace CustomerInsights.Enrichments.Office365Engagement;

/// <summary>
/// Values of the client's models, held and nothing else. The client's own store watches every value for changes, so that a changed model can be sent back;
/// nothing is sent back here, and the watching takes most of the time of a page.
/// </summary>
internal sealed class PlainStore : IBackingStore
{
    private readonly Dictionary<string, object?> _values = new(StringComparer.Ordinal);

    /// <inheritdoc />
    public bool InitializationCompleted { get; set; }

    /// <inheritdoc />
    public bool ReturnOnlyChangedValues { get; set; }

    /// <inheritdoc />
    public T? Get<T>(string key) => _values.TryGetValue(key, out var value) && value is T known ? known : default;

    /// <inheritdoc />
    public void Set<T>(string key, T? value) => _values[key] = value;

    /// <inheritdoc />
    public IEnumerable<KeyValuePair<string, object?>> Enumerate() => _values;

    /// <inheritdoc />
    public IEnumerable<string> EnumerateKeysForValuesChangedToNull() => [];

    /// <inheritdoc />
    public string Subscribe(Action<string, object, object> callback) => "";

    /// <inheritdoc />
    public void Subscribe(Action<string, object, object> callback, string subscriptionId)
    {
        // Nobody is told of changes: there are none.
    }

    /// <inheritdoc />
    public void Unsubscribe(string subscriptionId)
    {
        // As above.
    }

    /// <inheritdoc />
    public void Clear() => _values.Clear();

    /// <summary>Makes them.</summary>
    internal sealed class Factory : IBackingStoreFactory
    {
        /// <inheritdoc />
        public IBackingStore CreateBackingStore() => new PlainStore();
    }
}
