using System.Collections.Concurrent;
using CustomerInsights.Sdk;

namespace CustomerInsights.Host.Features.Plugins;

/// <summary>Brings what a plugin says of its run to the job that runs it. Safe for any thread.</summary>
internal sealed class PluginNews
{
    private readonly ConcurrentDictionary<string, Action<PluginProgress>> _listeners = new(StringComparer.Ordinal);

    /// <summary>Hears what the plugin says from now on; whoever comes later takes the place.</summary>
    /// <param name="connectionId">The source or export.</param>
    /// <param name="take">Called on the plugin's thread; must return at once.</param>
    /// <returns>Dispose it to hear no more.</returns>
    public IDisposable Listen(string connectionId, Action<PluginProgress> take)
    {
        _listeners[connectionId] = take;
        return new Listening(this, new(connectionId, take));
    }

    public void Tell(string connectionId, PluginProgress progress)
    {
        if (_listeners.TryGetValue(connectionId, out var take))
        {
            take(progress);
        }
    }

    private sealed class Listening(PluginNews news, KeyValuePair<string, Action<PluginProgress>> entry) : IDisposable
    {
        public void Dispose() => news._listeners.TryRemove(entry);
    }
}
