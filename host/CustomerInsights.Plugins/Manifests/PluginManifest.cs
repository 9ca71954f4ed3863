using System.Text.Json;

namespace CustomerInsights.Plugins.Manifests;

/// <summary>A plugin's <c>plugin.json</c>, after it passed the schema. See <c>plugin-manifest.schema.json</c> for each member.</summary>
public sealed record PluginManifest
{
    /// <summary><c>publisher.name</c>; never changes.</summary>
    public required string Id { get; init; }

    /// <summary>The plugin's version.</summary>
    public required string Version { get; init; }

    /// <summary>For people.</summary>
    public required string Name { get; init; }

    /// <summary>One sentence for the card.</summary>
    public string? Summary { get; init; }

    /// <summary>Who made it.</summary>
    public required ManifestPublisher Publisher { get; init; }

    /// <summary>SPDX expression.</summary>
    public required string License { get; init; }

    /// <summary>Named links.</summary>
    public IReadOnlyDictionary<string, string> Links { get; init; } = new Dictionary<string, string>(StringComparer.Ordinal);

    /// <summary>Path of the icon in the package.</summary>
    public string? Icon { get; init; }

    /// <summary>Path of the readme in the package.</summary>
    public string? Readme { get; init; }

    /// <summary>Path of the changelog in the package.</summary>
    public string? Changelog { get; init; }

    /// <summary>Words to find it by.</summary>
    public IReadOnlyList<string> Keywords { get; init; } = [];

    /// <summary>The SDK range, <c>[1.0.0,2.0.0)</c>.</summary>
    public required string Sdk { get; init; }

    /// <summary>The host range, where it matters.</summary>
    public string? Host { get; init; }

    /// <summary>Where the code begins.</summary>
    public required ManifestEntry Entry { get; init; }

    /// <summary>The components; at least one.</summary>
    public required IReadOnlyList<ManifestContribution> Contributes { get; init; }

    /// <summary>How it can run; in process when not said.</summary>
    public ManifestIsolation Isolation { get; init; } = new();

    /// <summary>What it asks for; nothing when not said.</summary>
    public ManifestCapabilities Capabilities { get; init; } = new();

    /// <summary>What it needs; the host's defaults when not said.</summary>
    public ManifestLimits Limits { get; init; } = new();

    /// <summary>Channel and state versions.</summary>
    public ManifestReleases Releases { get; init; } = new();

    /// <summary>What the pack command wrote, as it is.</summary>
    public JsonElement? Build { get; init; }
}

/// <summary>Who made a plugin.</summary>
/// <param name="Id">The first part of the plugin's id.</param>
/// <param name="Name">For people.</param>
/// <param name="Url">A page.</param>
/// <param name="Support">Where to ask: an address or a page.</param>
public sealed record ManifestPublisher(string Id, string Name, string? Url = null, string? Support = null);

/// <summary>Where a plugin's code begins.</summary>
/// <param name="Assembly">Path of the main assembly in the package.</param>
/// <param name="Startup">Full name of the <c>IPluginStartup</c>, where there is one.</param>
public sealed record ManifestEntry(string Assembly, string? Startup = null);

/// <summary>One component.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Id">Its name within the plugin.</param>
/// <param name="Type">Full .NET type name.</param>
/// <param name="ConfigSchema">Path of the configuration's schema in the package.</param>
public sealed record ManifestContribution(PluginKind Kind, string Id, string Type, string ConfigSchema)
{
    /// <summary>For people; the plugin's name when not said.</summary>
    public string? Title { get; init; }

    /// <summary>Version of the configuration's schema. Default: 1.</summary>
    public int ConfigVersion { get; init; } = 1;

    /// <summary>What it can do, for the console: <c>incremental</c>, <c>fullRefresh</c>, <c>deletes</c>…</summary>
    public IReadOnlyList<string> Supports { get; init; } = [];
}

/// <summary>How a plugin can run.</summary>
public sealed record ManifestIsolation
{
    /// <summary>All ways that the author supports.</summary>
    public IReadOnlyList<IsolationMode> Supported { get; init; } = [IsolationMode.InProcess];

    /// <summary>The author's wish.</summary>
    public IsolationMode Preferred { get; init; }

    /// <summary>Why.</summary>
    public string? Reason { get; init; }
}

/// <summary>What a plugin asks for.</summary>
public sealed record ManifestCapabilities
{
    /// <summary>Hosts it contacts.</summary>
    public ManifestNetwork? Network { get; init; }

    /// <summary>Profile fields it reads and writes.</summary>
    public ManifestProfileFields? ProfileFields { get; init; }

    /// <summary>Its storage.</summary>
    public ManifestStorage Storage { get; init; } = new();

    /// <summary>Whether it opens files under granted folders.</summary>
    public bool Filesystem { get; init; }

    /// <summary>Whether it starts processes.</summary>
    public bool Process { get; init; }

    /// <summary>Whether it brings native libraries.</summary>
    public bool NativeCode { get; init; }
}

/// <summary>Network that a plugin asks for.</summary>
/// <param name="Hosts">Names, <c>*.</c> wildcards or <c>${config.path}</c>.</param>
/// <param name="RawSockets">Whether it opens sockets itself.</param>
public sealed record ManifestNetwork(IReadOnlyList<string> Hosts, bool RawSockets = false);

/// <summary>Profile fields that a plugin asks for.</summary>
public sealed record ManifestProfileFields
{
    /// <summary>Fields it reads.</summary>
    public IReadOnlyList<string> Read { get; init; } = [];

    /// <summary>Fields it writes.</summary>
    public IReadOnlyList<string> Write { get; init; } = [];

    /// <summary>Whether personal data is among them.</summary>
    public bool Pii { get; init; }
}

/// <summary>A plugin's storage.</summary>
/// <param name="MaxBytes">Quota per connection, in bytes. Default: 1 MiB.</param>
public sealed record ManifestStorage(long MaxBytes = 1024 * 1024);

/// <summary>What a plugin needs of time and room.</summary>
public sealed record ManifestLimits
{
    /// <summary>Memory in MiB, in a worker.</summary>
    public int? MemoryMb { get; init; }

    /// <summary>Processors, in a worker.</summary>
    public double? CpuShare { get; init; }

    /// <summary>Longest check, in seconds, 1 to 300.</summary>
    public int? CheckSeconds { get; init; }

    /// <summary>Longest discovery, in seconds, 1 to 1,800.</summary>
    public int? DiscoverSeconds { get; init; }

    /// <summary>Longest gap between two messages, in seconds, 10 to 5,400.</summary>
    public int? SilenceSeconds { get; init; }

    /// <summary>Most requests of a connection at once, 1 to 64; 8 when not said.</summary>
    public int? Concurrency { get; init; }

    /// <summary>Most requests of a connection in any minute; no limit when not said.</summary>
    public int? RequestsPerMinute { get; init; }
}

/// <summary>Channel and state versions of a release.</summary>
public sealed record ManifestReleases
{
    /// <summary><c>stable</c> or <c>preview</c>.</summary>
    public string Channel { get; init; } = "stable";

    /// <summary>Version of the state it writes. Default: 1.</summary>
    public int StateVersion { get; init; } = 1;

    /// <summary>Oldest state version it reads. Default: 1.</summary>
    public int ReadsStateFrom { get; init; } = 1;

    /// <summary>What breaks, by version.</summary>
    public IReadOnlyList<ManifestBreakingChange> Breaking { get; init; } = [];
}

/// <summary>A change that people must act on.</summary>
/// <param name="Version">The version that brought it.</param>
/// <param name="Message">What changed, for people.</param>
public sealed record ManifestBreakingChange(string Version, string Message)
{
    /// <summary>A page that tells how to move.</summary>
    public string? Migration { get; init; }

    /// <summary>The streams it touches.</summary>
    public IReadOnlyList<string> Streams { get; init; } = [];

    /// <summary>The day by which to move, <c>yyyy-MM-dd</c>.</summary>
    public string? Deadline { get; init; }
}
