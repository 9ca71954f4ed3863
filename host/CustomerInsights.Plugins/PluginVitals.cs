namespace CustomerInsights.Plugins;

/// <summary>How a plugin does. Counts are since the host began.</summary>
/// <param name="Succeeded">Calls that did their work.</param>
/// <param name="Failed">Calls that failed for a reason that is not the plugin's fault: settings, credentials, the other side, the network.</param>
/// <param name="Bugs">Calls that failed by the plugin's fault.</param>
/// <param name="Abandoned">Calls that did not end when they were cancelled.</param>
public sealed record PluginVitals(long Succeeded, long Failed, long Bugs, long Abandoned)
{
    /// <summary>The last failure; null when there was none.</summary>
    public PluginLastFailure? LastFailure { get; init; }

    /// <summary>Faults in a row, of those that are tolerated before the plugin is given up.</summary>
    public int FaultsInARow { get; init; }

    /// <summary>Its worker; null for a plugin that has none.</summary>
    public PluginWorkerVitals? Worker { get; init; }
}

/// <summary>A call that failed.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Call">Which.</param>
/// <param name="Message">Why, for people.</param>
public sealed record PluginLastFailure(DateTimeOffset At, string Call, string Message);

/// <summary>How a worker does.</summary>
/// <param name="ProcessId">Its process; null while none runs: it starts at first use.</param>
/// <param name="StartedAt">Since when it runs.</param>
/// <param name="MemoryMb">Resident memory in MB; null where the system does not tell.</param>
/// <param name="MemoryLimitMb">What it was promised, in MB.</param>
/// <param name="Ends">Ends within the last ten minutes that nobody asked for.</param>
/// <param name="NotBefore">No start before this; null when it may.</param>
public sealed record PluginWorkerVitals(int? ProcessId, DateTimeOffset? StartedAt, long? MemoryMb, int MemoryLimitMb, int Ends, DateTimeOffset? NotBefore);
