namespace CustomerInsights.Storage.Plugins;

/// <summary>What must be there to take an upgrade of a plugin back, and how far upgrades are.</summary>
public interface IPluginUpgradeStore
{
    /// <summary>
    /// Copies, at one moment, a plugin's own storage and the bookmarks of streams that it reads. A copy for the same plugin and version is replaced:
    /// the newest moment before an upgrade is the one to go back to.
    /// </summary>
    /// <returns>The copy, as it can be found again.</returns>
    ValueTask<PluginSnapshot> TakeSnapshotAsync(NewPluginSnapshot snapshot, CancellationToken cancellationToken);

    /// <summary>The copy that was taken of a version, or null.</summary>
    ValueTask<PluginSnapshot?> FindSnapshotAsync(string plugin, string version, CancellationToken cancellationToken);

    /// <summary>
    /// Puts storage and bookmarks back as they were, in one transaction. What the plugin has stored since goes; a stream that had no bookmark has none.
    /// Runs of those streams that nobody ended are incomplete: what they hold is of the version that goes. Doing it again changes nothing.
    /// </summary>
    /// <returns>False when there is no such copy.</returns>
    ValueTask<bool> RestoreSnapshotAsync(string plugin, string version, CancellationToken cancellationToken);

    /// <summary>Forgets the copies of a plugin but those of the versions named.</summary>
    ValueTask KeepSnapshotsAsync(string plugin, IReadOnlyList<string> versions, CancellationToken cancellationToken);

    /// <summary>The bookmark of a stream, from which its next run starts, or null.</summary>
    ValueTask<Records.ConnectorState?> FindStateAsync(string stream, CancellationToken cancellationToken);

    /// <summary>Keeps what is to be known of a plugin's upgrade under way; null forgets it.</summary>
    ValueTask PutTrialAsync(string plugin, string? document, CancellationToken cancellationToken);

    /// <summary>What was kept of a plugin's upgrade under way, or null.</summary>
    ValueTask<string?> FindTrialAsync(string plugin, CancellationToken cancellationToken);

    /// <summary>The plugins with an upgrade under way, and what was kept of it.</summary>
    ValueTask<IReadOnlyDictionary<string, string>> ListTrialsAsync(CancellationToken cancellationToken);
}

/// <summary>What is to be copied.</summary>
/// <param name="Plugin">The plugin.</param>
/// <param name="Version">The version that has written it: the one to go back to.</param>
/// <param name="StateVersion">The newest format of bookmarks that this version reads and writes.</param>
/// <param name="Streams">The streams that the plugin reads, by full name; one that does not exist is left out.</param>
/// <param name="Config">The settings of its connections, JSON.</param>
public sealed record NewPluginSnapshot(string Plugin, string Version, int StateVersion, IReadOnlyList<string> Streams, string Config);

/// <summary>A copy.</summary>
/// <param name="Plugin">The plugin.</param>
/// <param name="Version">The version that wrote what was copied.</param>
/// <param name="StateVersion">As it was given.</param>
/// <param name="Config">As it was given.</param>
/// <param name="Values">How many values of its storage are in it.</param>
/// <param name="States">How many streams are.</param>
/// <param name="TakenAt">When.</param>
public sealed record PluginSnapshot(string Plugin, string Version, int StateVersion, string Config, int Values, int States, DateTimeOffset TakenAt);
