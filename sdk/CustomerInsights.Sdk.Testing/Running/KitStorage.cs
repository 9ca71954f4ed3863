using System.Globalization;
using System.Runtime.CompilerServices;

namespace CustomerInsights.Sdk.Testing.Running;

/// <summary>Storage of one connection in memory, with ETags, expiry and quota as the host keeps them.</summary>
internal sealed class KitStorage(TimeProvider clock, Action changed) : IPluginStorage
{
    private readonly Lock _lock = new();
    private readonly SortedDictionary<string, (byte[] Value, string ETag, DateTimeOffset? Until)> _values = new(StringComparer.Ordinal);
    private int _lastETag;

    /// <summary>Most bytes in all.</summary>
    internal long Quota { get; set; } = long.MaxValue;

    internal int Writes { get; private set; }

    /// <summary>All that is stored, as text, for searching.</summary>
    internal IReadOnlyList<string> Texts
    {
        get
        {
            lock (_lock)
            {
                return [.. _values.Select(pair => $"{pair.Key} {System.Text.Encoding.UTF8.GetString(pair.Value.Value)}")];
            }
        }
    }

    public ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken)
    {
        changed();
        lock (_lock)
        {
            return new(Find(key) is { } found ? new StoredValue(found.Value, found.ETag) : null);
        }
    }

    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> value, string? ifMatch, TimeSpan? expiresIn, CancellationToken cancellationToken)
    {
        changed();
        lock (_lock)
        {
            Writes++;
            var before = Find(key);
            if (ifMatch is not null && ifMatch != (before?.ETag ?? ""))
            {
                throw new PluginException(FailureKind.Data, $"The value of '{key}' has changed since it was read.");
            }

            if (_values.Where(pair => pair.Key != key).Sum(pair => (long)pair.Value.Value.Length) + value.Length > Quota)
            {
                throw new PluginException(FailureKind.Permanent, $"The plugin's storage is full: it holds {Quota:N0} bytes.");
            }

            var etag = (++_lastETag).ToString(CultureInfo.InvariantCulture);
            _values[key] = (value.ToArray(), etag, expiresIn is { } life ? clock.GetUtcNow() + life : null);
            return new(etag);
        }
    }

    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken)
    {
        changed();
        lock (_lock)
        {
            return new(_values.Remove(key));
        }
    }

    public async IAsyncEnumerable<string> ListAsync(string prefix, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        changed();
        List<string> keys;
        lock (_lock)
        {
            keys = [.. _values.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal) && Find(key) is not null)];
        }

        foreach (var key in keys)
        {
            await Task.Yield();
            yield return key;
        }
    }

    private (byte[] Value, string ETag)? Find(string key) =>
        _values.TryGetValue(key, out var found) && (found.Until is null || found.Until > clock.GetUtcNow()) ? (found.Value, found.ETag) : null;
}
