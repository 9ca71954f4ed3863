using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Context;

namespace CustomerInsights.Plugins.Loading;

/// <summary>
/// One component of a plugin, held so that it can be let go of: after the unload the handle is empty, however long the host
/// keeps it. It also keeps the promise of one call at a time.
/// </summary>
internal sealed class ComponentHandle(PluginBoundary boundary, PluginContext context, Action<ComponentHandle> forget)
{
    private readonly Lock _lock = new();
    private object? _component;
    private IAsyncDisposable? _scope;
    private Func<Task>? _close;
    private string? _running;

    internal PluginBoundary Boundary => boundary;

    internal PluginContext Context => context;

    internal void Fill(object component, IAsyncDisposable scope) => (_component, _scope) = (component, scope);

    /// <summary>Begins a call; <see cref="EndCall"/> must follow, unless this throws.</summary>
    /// <exception cref="InvalidOperationException">Another call runs: the host breaks the SDK's promise.</exception>
    internal void BeginCall(string call)
    {
        lock (_lock)
        {
            _running = _running is null
                ? call
                : throw new InvalidOperationException($"{call} was called while {_running} runs; the SDK promises plugins one call at a time. Open another instance.");
        }
    }

    /// <summary>The component. Keep it in nothing that may outlive the call.</summary>
    /// <exception cref="PluginCallException">The plugin was stopped.</exception>
    internal T Component<T>(string call)
        where T : class => _component as T ?? throw boundary.Stopped(call);

    internal bool Is<T>() => _component is T;

    internal void EndCall()
    {
        lock (_lock)
        {
            _running = null;
            _close = null;
        }
    }

    /// <summary>Names how to close what the running call has open (a stream, a session), for when the plugin is stopped.</summary>
    internal void Track(Func<Task> close)
    {
        lock (_lock)
        {
            _close = close;
        }
    }

    /// <summary>Disposes the component and lets go of it. Never throws.</summary>
    internal async Task ReleaseAsync()
    {
        Func<Task>? close;
        lock (_lock)
        {
            close = _close;
        }

        if (close is not null)
        {
            await close();
        }

        var (component, scope) = (Interlocked.Exchange(ref _component, null), Interlocked.Exchange(ref _scope, null));
        if (component is not null)
        {
            forget(this);
            await Disposal.RunAsync(boundary, "DisposeAsync", async () =>
            {
                if (component is IAsyncDisposable disposable)
                {
                    await disposable.DisposeAsync();
                }

                if (scope is not null)
                {
                    await scope.DisposeAsync();
                }
            });
        }

        // Last: a disposal may have a word to say to the other side.
        context.Dispose();
    }
}
