using System.Diagnostics.Metrics;
using System.Text;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Abstractions;

namespace CustomerInsights.EdgePlugins.Tests;

/// <summary>A host whose network is loopback, without repeats of its own: what the plugin does by itself is seen.</summary>
internal sealed class LoopbackContext(TimeProvider clock, string secret) : IPluginContext, IPluginHttp, ISecrets, IPluginStorage
{
    private readonly Dictionary<string, StoredValue> _stored = new(StringComparer.Ordinal);
    private int _version;

    public PluginIdentity Plugin { get; } = new("customer-insights.test", "0.9.0", SdkInfo.Version, "inProcess");

    public string ConnectionId => "test";

    public ILogger Log => NullLogger.Instance;

    public IPluginHttp Http => this;

    public IPluginStorage Storage => this;

    public ISecrets Secrets => this;

    public IMeterFactory Meters => throw new NotSupportedException();

    public TimeProvider Clock => clock;

    public PluginGrants Grants { get; } = new([]);

    public CancellationToken Stopping => CancellationToken.None;

    public int Revealed { get; private set; }

    /// <summary>Secrets that have a value of their own, by name.</summary>
    public Dictionary<string, string> Named { get; } = new(StringComparer.Ordinal);

    public void Report(PluginProgress progress)
    {
        // Nobody looks.
    }

    public HttpClient CreateClient() => new(new SocketsHttpHandler { AllowAutoRedirect = false }) { Timeout = Timeout.InfiniteTimeSpan };

    public ValueTask<string> RevealAsync(SecretReference reference, CancellationToken cancellationToken)
    {
        Revealed++;
        return ValueTask.FromResult(Named.GetValueOrDefault(reference.Name, secret));
    }

    public ValueTask UpdateAsync(SecretReference reference, string value, CancellationToken cancellationToken) => throw new NotSupportedException();

    public ValueTask<StoredValue?> GetAsync(string key, CancellationToken cancellationToken) => ValueTask.FromResult(_stored.GetValueOrDefault(key));

    public ValueTask<string> PutAsync(string key, ReadOnlyMemory<byte> value, string? ifMatch, TimeSpan? expiresIn, CancellationToken cancellationToken)
    {
        _stored[key] = new StoredValue(value.ToArray(), $"{++_version}");
        return ValueTask.FromResult(_stored[key].ETag);
    }

    public ValueTask<bool> DeleteAsync(string key, CancellationToken cancellationToken) => ValueTask.FromResult(_stored.Remove(key));

    public IAsyncEnumerable<string> ListAsync(string prefix, CancellationToken cancellationToken) => _stored.Keys.Where(key => key.StartsWith(prefix, StringComparison.Ordinal)).ToAsyncEnumerable();

    /// <summary>Everything stored, as text.</summary>
    public string StoredText => string.Join('\n', _stored.Select(pair => $"{pair.Key} {Encoding.UTF8.GetString(pair.Value.Value.Span)}"));
}
