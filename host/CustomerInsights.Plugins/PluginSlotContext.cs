using CustomerInsights.Plugins.Marks;
using CustomerInsights.Plugins.Workers;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins;

/// <summary>What a slot needs of its host.</summary>
/// <param name="Options">Limits and folders.</param>
/// <param name="Services">The application.</param>
/// <param name="Loggers">For plugins' logs.</param>
/// <param name="Log">The host's own log.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Record">Takes a transition, in order, and returns at once.</param>
/// <param name="Run">Runs work in the background; the host waits for it at its end.</param>
/// <param name="Workers">What this system can give to workers.</param>
/// <param name="Marks">Where it is written down what runs in this process.</param>
/// <param name="OneStranger">Lets one plugin load in this process at a time that is not of who makes the host, so that a crash while it does names one.</param>
/// <param name="Ending">Cancelled when the host ends.</param>
internal sealed record PluginSlotContext(
    PluginHostOptions Options,
    IPluginHostServices Services,
    ILoggerFactory Loggers,
    ILogger Log,
    TimeProvider Clock,
    Action<PluginTransition> Record,
    Action<Func<Task>> Run,
    WorkerPlace Workers,
    RunMarks Marks,
    SemaphoreSlim OneStranger,
    CancellationToken Ending);

/// <summary>Who causes a transition.</summary>
internal static class Actor
{
    internal const string File = "plugins.json";
    internal const string Host = "host";
    internal const string Boundary = "boundary";
    internal const string Reload = "reload";
    internal const string Retry = "retry";
}
