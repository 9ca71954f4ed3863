using Microsoft.Extensions.Logging;

namespace CustomerInsights.Plugins.Context;

/// <summary>A line that a plugin wrote, secrets masked.</summary>
/// <param name="At">When, UTC.</param>
/// <param name="Level">How grave.</param>
/// <param name="Version">The version that wrote it.</param>
/// <param name="Connection">The source or export that it was about; null where none was.</param>
/// <param name="Part">The part of the plugin, or <c>stdout</c> and <c>stderr</c> for what its worker printed; null for the plugin as a whole.</param>
/// <param name="Text">The line, at most 2,000 characters.</param>
public sealed record PluginLogLine(DateTimeOffset At, LogLevel Level, string Version, string? Connection, string? Part, string Text);
