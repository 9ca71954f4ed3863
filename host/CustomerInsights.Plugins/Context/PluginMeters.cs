using System.Diagnostics.Metrics;

namespace CustomerInsights.Plugins.Context;

/// <summary>A plugin's meters. A listener of the host holds every instrument until its meter is disposed, so they die with the plugin.</summary>
internal sealed class PluginMeters(string pluginId, string version) : IMeterFactory
{
    private readonly Lock _lock = new();
    private readonly Dictionary<string, Meter> _meters = new(StringComparer.Ordinal);
    private bool _disposed;

    private const string IdTag = "plugin.id";

    /// <summary>Whether a meter was made by a plugin, as it should.</summary>
    internal static bool IsOfPlugin(Meter meter) => meter.Tags?.Any(tag => tag.Key == IdTag) == true;

    public Meter Create(MeterOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            var key = $"{options.Name} {options.Version}";
            if (!_meters.TryGetValue(key, out var meter))
            {
                KeyValuePair<string, object?>[] tags = [new(IdTag, pluginId), new("plugin.version", version)];
                meter = new Meter(options.Name, options.Version, tags);
                _meters.Add(key, meter);
            }

            return meter;
        }
    }

    public void Dispose()
    {
        lock (_lock)
        {
            _disposed = true;
            foreach (var meter in _meters.Values)
            {
                meter.Dispose();
            }

            _meters.Clear();
        }
    }
}
