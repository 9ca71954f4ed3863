using System.Text.Json.Serialization;

namespace CustomerInsights.Plugins;

/// <summary>Where a plugin is in its life, as it is, not as it is wanted. Names appear in REST in camel case.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<PluginState>))]
public enum PluginState
{
    /// <summary>On disk, not running: disabled, or not in <c>plugins.json</c>.</summary>
    [JsonStringEnumMemberName("installed")]
    Installed = 0,

    /// <summary>Being loaded.</summary>
    [JsonStringEnumMemberName("starting")]
    Starting = 1,

    /// <summary>Runs, and is watched: an upgrade is not old enough to be relied on, and is taken back by itself when it does badly.</summary>
    [JsonStringEnumMemberName("probation")]
    Probation = 2,

    /// <summary>Runs.</summary>
    [JsonStringEnumMemberName("active")]
    Active = 3,

    /// <summary>Runs, but a call broke a rule or threw what it must not throw not long ago.</summary>
    [JsonStringEnumMemberName("degraded")]
    Degraded = 4,

    /// <summary>Takes no new calls; the running ones have a few seconds to end.</summary>
    [JsonStringEnumMemberName("draining")]
    Draining = 5,

    /// <summary>No call runs; components and container are disposed.</summary>
    [JsonStringEnumMemberName("stopped")]
    Stopped = 6,

    /// <summary>Its code has left memory; verified.</summary>
    [JsonStringEnumMemberName("unloaded")]
    Unloaded = 7,

    /// <summary>Stopped, but something still holds its code in memory; looked at again after 1, 10 and 60 minutes.</summary>
    [JsonStringEnumMemberName("unloadPending")]
    UnloadPending = 8,

    /// <summary>Stopped, and its code will stay in memory until the host restarts.</summary>
    [JsonStringEnumMemberName("leaked")]
    Leaked = 9,

    /// <summary>Problem: wanted, but the plugin or that version of it is not on disk.</summary>
    [JsonStringEnumMemberName("missing")]
    Missing = 10,

    /// <summary>Problem: the package's manifest or a schema of it is wrong.</summary>
    [JsonStringEnumMemberName("manifestInvalid")]
    ManifestInvalid = 11,

    /// <summary>Problem: made for another SDK or host.</summary>
    [JsonStringEnumMemberName("incompatible")]
    Incompatible = 12,

    /// <summary>Problem: asked to run where this host cannot run it. Never replaced by something less isolated.</summary>
    [JsonStringEnumMemberName("isolationUnavailable")]
    IsolationUnavailable = 13,

    /// <summary>Problem: it hung, or failed to start, or failed again and again. Tried again at a time, or on Retry.</summary>
    [JsonStringEnumMemberName("faulted")]
    Faulted = 14,

    /// <summary>Problem: faulted too often; waits for a person or a new version.</summary>
    [JsonStringEnumMemberName("crashLooping")]
    CrashLooping = 15,

    /// <summary>Problem: not signed, or by nobody who is trusted here, or with a key that was revoked.</summary>
    [JsonStringEnumMemberName("untrusted")]
    Untrusted = 16,

    /// <summary>Problem: files on disk are not as they were signed.</summary>
    [JsonStringEnumMemberName("modified")]
    Modified = 17,

    /// <summary>Problem: a catalog or the admin says that this version must not run.</summary>
    [JsonStringEnumMemberName("blocked")]
    Blocked = 18,

    /// <summary>Problem: an upgrade was taken back; the version before it is about to run again.</summary>
    [JsonStringEnumMemberName("rolledBack")]
    RolledBack = 19,
}
