using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Workers;

/// <summary>What the keeper of workers logs; ids 7020 to 7039.</summary>
internal static partial class WorkerLog
{
    [LoggerMessage(7020, LogLevel.Information, "Plugin {PluginId} {Version}: worker process {ProcessId} started in {Milliseconds} ms.")]
    internal static partial void Started(ILogger logger, string pluginId, string version, int processId, long milliseconds);

    [LoggerMessage(7021, LogLevel.Information, "Plugin {PluginId} {Version}: worker process {ProcessId} stopped ({Reason}).")]
    internal static partial void Stopped(ILogger logger, string pluginId, string version, int processId, string reason);

    [LoggerMessage(7022, LogLevel.Warning, "Plugin {PluginId} {Version}: {Message}")]
    internal static partial void Ended(ILogger logger, string pluginId, string version, string message);

    [LoggerMessage(7024, LogLevel.Warning, "{Dropped} measurements of the plugin were dropped: too many values, series or instruments, or none that can be understood.")]
    internal static partial void MeasurementsDropped(ILogger logger, long dropped);

    [LoggerMessage(EventId = 7023, Message = "{Line}")]
    internal static partial void Printed(ILogger logger, LogLevel level, string line);
}
