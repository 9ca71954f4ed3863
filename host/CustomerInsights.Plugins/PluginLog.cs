using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins;

/// <summary>What the plugin host logs; ids 7000 to 7099.</summary>
internal static partial class PluginLog
{
    [LoggerMessage(7000, LogLevel.Information, "Plugin {PluginId} {Version}: {From} -> {To} ({Code}) {Reason}")]
    internal static partial void Moved(ILogger logger, string pluginId, string? version, PluginState from, PluginState to, string code, string reason);

    [LoggerMessage(7001, LogLevel.Warning, "Plugin {PluginId} {Version}: {From} -> {To} ({Code}) {Reason}")]
    internal static partial void MovedToProblem(ILogger logger, string pluginId, string? version, PluginState from, PluginState to, string code, string reason);

    [LoggerMessage(7002, LogLevel.Error, "plugins.json holds a mistake; the running plugins stay as they are. {Problem}")]
    internal static partial void DesiredStateBroken(ILogger logger, string problem);

    [LoggerMessage(7003, LogLevel.Error, "A transition of plugin {PluginId} to {To} could not be recorded.")]
    internal static partial void NotRecorded(ILogger logger, Exception error, string pluginId, PluginState to);

    [LoggerMessage(7004, LogLevel.Error, "The plugins could not be brought to what plugins.json wants; tried again at the next change.")]
    internal static partial void ReconcileFailed(ILogger logger, Exception error);

    [LoggerMessage(7005, LogLevel.Warning, "{Dropped} log lines of the plugin were dropped: it writes too many.")]
    internal static partial void LinesDropped(ILogger logger, long dropped);

    [LoggerMessage(7006, LogLevel.Warning, "Plugin {PluginId}: settings.fileRoots is ignored, for the manifest does not ask for the capability 'filesystem'.")]
    internal static partial void RootsIgnored(ILogger logger, string pluginId);

    [LoggerMessage(7007, LogLevel.Warning, "Plugin {PluginId}: {Call} failed. {Message} {Detail}")]
    internal static partial void CallFailed(ILogger logger, string pluginId, string call, string message, string? detail);

    [LoggerMessage(7009, LogLevel.Warning, "Plugin {PluginId}: settings.network is ignored, for the manifest declares no host (capabilities.network.hosts).")]
    internal static partial void NetworkIgnored(ILogger logger, string pluginId);

    [LoggerMessage(7008, LogLevel.Error, "Work of the plugin host in the background failed.")]
    internal static partial void BackgroundFailed(ILogger logger, Exception error);

    [LoggerMessage(7009, LogLevel.Error, "The host died in its last life. {Told}")]
    internal static partial void Died(ILogger logger, string told);

    [LoggerMessage(7010, LogLevel.Error, "What the host's last life left in {Folder} could not be looked at.")]
    internal static partial void MarksFailed(ILogger logger, Exception error, string folder);
}
