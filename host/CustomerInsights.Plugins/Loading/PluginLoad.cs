using CustomerInsights.Plugins.Boundary;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Marks;
using CustomerInsights.Sdk;
using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Loading;

/// <summary>What a version is to be loaded with.</summary>
/// <param name="Package">The version.</param>
/// <param name="Grants">What it may use.</param>
/// <param name="Options">Limits and folders.</param>
/// <param name="Services">The application.</param>
/// <param name="Loggers">For its log.</param>
/// <param name="Clock">The clock.</param>
/// <param name="Health">Hears how its calls go.</param>
internal sealed record PluginLoad(
    PluginPackage Package,
    PluginGrants Grants,
    PluginHostOptions Options,
    IPluginHostServices Services,
    ILoggerFactory Loggers,
    TimeProvider Clock,
    IPluginHealth Health)
{
    /// <summary>What of the private network it may reach.</summary>
    internal NetworkGrants Network { get; init; } = NetworkGrants.None;

    /// <summary>Where it runs, as everybody sees it.</summary>
    internal IsolationMode Isolation { get; init; }

    /// <summary>Within a worker: tells the host that a connection waits, for its deadlines.</summary>
    internal Action<string, TimeSpan>? TellWait { get; init; }

    /// <summary>Where it is written down what its code does in the host's process; null when it runs elsewhere.</summary>
    internal RunMark? Mark { get; init; }

    /// <summary>Keeps the last lines that the plugin writes; null keeps none.</summary>
    internal PluginLogRing? Ring { get; init; }

    /// <summary>True within a worker: the code is loaded here, for good.</summary>
    internal bool InsideWorker { get; init; }
}
