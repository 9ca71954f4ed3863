using CustomerInsights.Plugins.Manifests;

namespace CustomerInsights.Host.Features.Catalog;

/// <summary>What is to be done with a plugin; the parameters of a job.</summary>
/// <param name="Action">Which of <see cref="PluginAction"/>.</param>
/// <param name="Id">The plugin; empty when a whole lock is restored.</param>
/// <param name="Actor">Who asked.</param>
internal sealed record PluginOperation(PluginAction Action, string Id, string Actor)
{
    /// <summary>The version; chosen before the job begins.</summary>
    public string? Version { get; init; }

    /// <summary>Where it is to run; null keeps what was, or leaves it to the trust in its publisher.</summary>
    public IsolationMode? Isolation { get; init; }

    /// <summary>Whether the actor accepted the host's own process; null keeps what was.</summary>
    public bool? AcceptInProcess { get; init; }

    /// <summary>The hash of the capabilities that the actor accepted.</summary>
    public string? AcceptedCapabilities { get; init; }

    /// <summary>The lock to restore.</summary>
    public CustomerInsights.Plugins.Installing.PluginLock? Lock { get; init; }
}

/// <summary>The actions that take long.</summary>
internal enum PluginAction
{
    /// <summary>A version from a catalog, whichever runs now.</summary>
    Install,

    /// <summary>A newer version from a catalog.</summary>
    Upgrade,

    /// <summary>A version that is on disk.</summary>
    Rollback,

    /// <summary>Away with it.</summary>
    Uninstall,

    /// <summary>All that a lock names.</summary>
    Restore,
}
