using System.Text.Json.Nodes;
using CustomerInsights.Plugins.Context;
using CustomerInsights.Plugins.Manifests;
using CustomerInsights.Plugins.Packaging;

namespace CustomerInsights.Plugins;

/// <summary>Where the plugin host finds things.</summary>
public sealed record PluginHostOptions
{
    /// <summary>The folder of <c>plugins.json</c>; made when it is not there.</summary>
    public required string DataDirectory { get; init; }

    /// <summary>
    /// Folders that hold packages as <c>&lt;id&gt;/&lt;version&gt;/</c>. The first is the built-in one: at the first start its
    /// plugins are enabled. Where two roots hold the same version, the earlier root wins. Need not exist.
    /// </summary>
    public required IReadOnlyList<string> Roots { get; init; }

    /// <summary>The settings that a built-in plugin is given in the <c>plugins.json</c> of the first start; null gives none.</summary>
    public Func<PluginPackage, JsonObject?>? FirstSettings { get; init; }

    /// <summary>How often <c>plugins.json</c> is looked at when the operating system gives no news. Default: 1 s.</summary>
    public TimeSpan PollEvery { get; init; } = TimeSpan.FromSeconds(1);

    /// <summary>The host's version, compared with a manifest's <c>host</c> range; null compares nothing.</summary>
    public string? HostVersion { get; init; }

    /// <summary>Judges every package before it is loaded; null lets all through.</summary>
    public IPackageGate? Gate { get; init; }

    /// <summary>True starts no plugin but those of who makes the host.</summary>
    public bool SafeMode { get; init; }

    /// <summary>How long things may take.</summary>
    public PluginLimits Limits { get; init; } = new();

    /// <summary>The folder of the worker program; null: <c>worker</c> beside the host.</summary>
    public string? WorkerFolder { get; init; }

    /// <summary>Gives numbers from 0 to 1, for the jitter of restarts. Default: the runtime's shared source.</summary>
    public Func<double> Random { get; init; } = System.Random.Shared.NextDouble;

    /// <summary>What stands in logs and failures where an opened secret was cut out. Default: <c>***</c>; a test kit gives a word of its own, to see that something was cut.</summary>
    public string SecretMask { get; init; } = RevealedSecrets.Mask;

    internal string MarksPath => Path.Combine(DataDirectory, "plugin-marks");

    internal string DesiredStatePath => Path.Combine(DataDirectory, "plugins.json");
}
