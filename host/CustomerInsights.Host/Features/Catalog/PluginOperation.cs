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

    /// <summary>Whether the actor accepts that stored settings do not fit the version's schemas.</summary>
    public bool AcceptConfigProblems { get; init; }

    /// <summary>Why it is gone back; null when a person has not said.</summary>
    public string? Reason { get; init; }

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

/// <summary>The places of an operation at which a host may die; what is durable there is told by name.</summary>
internal enum OperationStep
{
    /// <summary>State and settings are copied; plugins.json is as it was.</summary>
    SnapshotTaken,

    /// <summary>plugins.json wants the new version; nobody has seen yet whether it runs.</summary>
    Flipped,

    /// <summary>It is decided to go back, and the version does not run any more.</summary>
    Held,

    /// <summary>State is as it was; plugins.json still wants the version that is gone back from.</summary>
    Restored,
}
