using CustomerInsights.Plugins.Desired;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Schema;
using CustomerInsights.Plugins.Trust;

namespace CustomerInsights.Plugins;

/// <summary>A plugin as it is and as it is wanted. A snapshot; ask again for news.</summary>
/// <param name="Id">The plugin.</param>
/// <param name="State">Where it is in its life.</param>
/// <param name="Code">The stable word of the last transition.</param>
/// <param name="Reason">Why it is there, for people.</param>
/// <param name="Since">Since when, UTC.</param>
public sealed record PluginStatus(string Id, PluginState State, string Code, string Reason, DateTimeOffset Since)
{
    /// <summary>What <c>plugins.json</c> wants; null when it does not name the plugin.</summary>
    public DesiredPlugin? Desired { get; init; }

    /// <summary>The version whose code is running; null when none is.</summary>
    public string? RunningVersion { get; init; }

    /// <summary>Where that version runs; null when none does.</summary>
    public IsolationMode? RunningIsolation { get; init; }

    /// <summary>Where the wanted version, else the newest, may run, and why; null when none can be read.</summary>
    public IsolationChoice? Isolation { get; init; }

    /// <summary>When it will be tried again; null when it will not.</summary>
    public DateTimeOffset? RetryAt { get; init; }

    /// <summary>The manifest of the running version, else of the wanted one, else of the newest; null when none can be read.</summary>
    public PluginManifest? Manifest { get; init; }

    /// <summary>The components of that same version.</summary>
    public IReadOnlyList<PluginContribution> Contributions { get; init; } = [];

    /// <summary>What is wrong with the package that the status speaks of; may hold warnings alone.</summary>
    public IReadOnlyList<SchemaProblem> Problems { get; init; } = [];

    /// <summary>All versions on disk, newest first, each with its problems.</summary>
    public IReadOnlyList<PluginPackage> Versions { get; init; } = [];

    /// <summary>Calls that run now; an open read counts as one.</summary>
    public int RunningCalls { get; init; }

    /// <summary>Older versions that finish what they have open.</summary>
    public IReadOnlyList<string> Finishing { get; init; } = [];

    /// <summary>Stopped versions that have not left memory yet.</summary>
    public int PendingUnloads { get; init; }

    /// <summary>Stopped versions that will not leave memory before a restart.</summary>
    public int Leaked { get; init; }
}
