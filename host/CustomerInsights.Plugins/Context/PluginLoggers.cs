using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Context;

/// <summary>Gives loggers to a plugin's own container, by name and never by the plugin's type.</summary>
internal sealed class PluginLoggers(
    ILoggerFactory loggers, string pluginId, string version, RevealedSecrets secrets, LogThrottle throttle, PluginLogRing? ring = null) : ILoggerFactory
{
    public ILogger CreateLogger(string categoryName) => Create(categoryName, connectionId: null);

    public void AddProvider(ILoggerProvider provider) => throw new NotSupportedException("A plugin logs through the host; it cannot add a provider.");

    public void Dispose()
    {
        // The host's factory belongs to the host.
    }

    internal PluginLogger Create(string? part, string? connectionId)
    {
        var tags = new Dictionary<string, object>(StringComparer.Ordinal) { ["PluginId"] = pluginId, ["PluginVersion"] = version };
        if (connectionId is not null)
        {
            tags["ConnectionId"] = connectionId;
        }

        var name = $"Plugin.{pluginId}" + (string.IsNullOrEmpty(part) ? "" : "." + part);
        return new PluginLogger(
            loggers.CreateLogger(name), secrets, throttle, tags,
            ring is null ? null : (level, text) => ring.Add(level, version, connectionId, part, text));
    }
}
