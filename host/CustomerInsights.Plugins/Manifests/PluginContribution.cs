using CustomerInsights.Plugins.Schema;

namespace CustomerInsights.Plugins.Manifests;

/// <summary>A component that a plugin on disk offers, with what a form needs to configure it.</summary>
/// <param name="PluginId">The plugin.</param>
/// <param name="Version">Its version.</param>
/// <param name="Kind">What the component is.</param>
/// <param name="Id">Its name within the plugin.</param>
/// <param name="Title">For people.</param>
/// <param name="TypeName">Full .NET type name.</param>
/// <param name="ConfigSchema">The packaged schema of its configuration.</param>
/// <param name="ConfigVersion">Version of that schema.</param>
/// <param name="Supports">What it can do.</param>
public sealed record PluginContribution(
    string PluginId,
    string Version,
    PluginKind Kind,
    string Id,
    string Title,
    string TypeName,
    JsonSchema ConfigSchema,
    int ConfigVersion,
    IReadOnlyList<string> Supports);
