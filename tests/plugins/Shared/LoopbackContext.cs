using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Text;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Tests.Shared;

/// <summary>A host whose network is loopback, without repeats of its own: what the plugin does by itself is seen. Keeps all that is stored and logged.</summary>
internal sealed class LoopbackContext(TimeProvider clock, string secret) : IPluginContext, IPluginHttp, ISecrets, IPluginStorage, ILogger
{
    private readonly ConcurrentDictionary<string, (StoredValue Value, DateTimeOffset? Until)> _stored = new(StringComparer.Ordinal);
    private readonly ConcurrentQueue<string> _log = new();
    private int _version;

    public PluginIdentity Plugin { get; } = new("customer-insights.test", "0.9.0", SdkInfo.Version, "inProcess");

    public string ConnectionId => "test";

    public ILogger Log => this;

    public IPluginHttp Http => this;

    public IPluginStorage Storage => this;

    public ISecrets Secrets => this;

    public IMeterFactory Meters => throw new NotSupportedException();

    public TimeProvider Clock => clock;

    public PluginGrants Grants { get; } = new([]);

    public CancellationToken Stopping => CancellationToken.None;

    /// <summary>The secret that is revealed from now on.</summary>
    public string Secret { get; set; } = secret;

    /// <summary>Secrets that have a value of their own, by name.</summary>
    public Dictionary<string, string> Named { get; } = new(StringComparer.Ordinal);

    /// <summary>How often a secret was revealed.</summary>
    public int Revealed { get; private set; }

    /// <summary>Most bytes in all.</summary>
    public long Quota { get; set; } = long.MaxValue;

    /// <summary>All keys.</summary>
    public IReadOnlyList<string> Keys => [.. _stored.Keys.Order(StringComparer.Ordinal)];

    /// <summary>Bytes of all values.</summary>
    public long StoredBytes => _stored.Values.Sum(pair => (long)pair.Value.Value.Length);

    /// <summary>When each value ends.</summary>
    public IReadOnlyList<DateTimeOffset?> Ends => [.. _stored.Values.Select(pair => pair.Until)];

    /// <summary>Everything stored, with its keys, byte for byte as Latin letters.</summary>
    public string StoredText => string.Join('\n', _stored.Select(pair => $"{pair.Key} {Encoding.Latin1.GetString(pair.Value.Value.Value.Span)}"));

    /// <summary>Everything logged.</summary>
    public string Logged => string.Join('\n', _log);

    public void Report(PluginProgress progress) => _log.Enqueue($"{progress.Done} of {progress.Total}: {progress.Message}");

    public HttpClient CreateClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };

    public ValueTask<string> RevealAsync(SecretReference reference, CancellationToken cancellationToken)
    {
        Revealed++;
        return ValueTask.FromResult(Named.GetValueOrDefault(reference.Name, Secret));
    }

    public ValueTask UpdateAsync(SecretReference reference, string value, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) =>
        ValueTask.FromResult(_stored.TryGetValue(key, out var found) && !(found.Until <= clock.GetUtcNow()) ? found.Value : null);

    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> value, string? ifMatch, TimeSpan? expiresIn, CancellationToken cancellationToken)
    {
        if (StoredBytes + value.Length > Quota)
        {
            throw new PluginException(FailureKind.Permanent, $"The plugin's storage is full: it holds {Quota:N0} bytes.");
        }

        var stored = new StoredValue(value.ToArray(), $"{Interlocked.Increment(ref _version)}");
        _stored[key] = (stored, expiresIn is { } life ? clock.GetUtcNow() + life : null);
        return ValueTask.FromResult(stored.ETag);
    }

    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken) => ValueTask.FromResult(_stored.TryRemove(key, out _));

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).ToAsyncEnumerable();

    public IDisposable? BeginScope<TState>(TState state)
        where TState : notnull => null;

    public bool IsEnabled(LogLevel logLevel) => true;

    void ILogger.Log<TState>(LogLevel logLevel, EventId eventId, TState state, Exception? exception, Func<TState, Exception?, string> formatter) => _log.Enqueue($"{formatter(state, exception)} {exception}");
}
