namespace CustomerInsights.Plugins;

/// <summary>A step in a plugin's life, to be kept as its history.</summary>
/// <param name="PluginId">The plugin.</param>
/// <param name="Version">The version that it is about; null when no version is known.</param>
/// <param name="From">The state before.</param>
/// <param name="To">The state after.</param>
/// <param name="At">When, UTC.</param>
/// <param name="Actor">Who caused it: a person by name; <c>plugins.json</c> for an edit by hand; <c>host</c>; <c>boundary</c> for what a call brought about.</param>
/// <param name="Code">A stable word for programs: <c>disabled</c>, <c>deadline</c>, <c>sdk</c>…</param>
/// <param name="Reason">For people.</param>
/// <param name="Evidence">A stack trace or the like, redacted; null where there is none.</param>
public sealed record PluginTransition(
    string PluginId,
    string? Version,
    PluginState From,
    PluginState To,
    DateTimeOffset At,
    string Actor,
    string Code,
    string Reason,
    string? Evidence = null);
