using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Http;

/// <summary>The network of one connection; dead with it.</summary>
internal sealed class PluginHttp(PluginHttpParts parts) : IPluginHttp, IDisposable
{
    private readonly Lock _lock = new();
    private PluginHttpHandler? _handler;
    private bool _disposed;

    /// <summary>Whom the connection may contact.</summary>
    internal NetworkRules Rules => parts.Rules;

    public HttpClient CreateClient()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _handler ??= new PluginHttpHandler(parts);

            // The time is kept below, with words that say what was waited for.
            return new HttpClient(_handler, disposeHandler: false) { Timeout = Timeout.InfiniteTimeSpan };
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            _handler?.Dispose();
            _handler = null;
        }
    }
}
