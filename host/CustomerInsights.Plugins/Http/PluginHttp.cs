using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Http;

/// <summary>The network of one connection; dead with it.</summary>
internal sealed class PluginHttp(Func<PluginHttpHandler> make) : IPluginHttp, IDisposable
{
    private readonly Lock _lock = new();
    private PluginHttpHandler? _handler;
    private bool _disposed;

    public HttpClient CreateClient()
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            _handler ??= make();

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
