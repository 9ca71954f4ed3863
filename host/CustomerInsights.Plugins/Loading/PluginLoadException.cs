namespace CustomerInsights.Plugins.Loading;

/// <summary>Why a version did not come up, as text. Nothing of the plugin is in it.</summary>
internal sealed class PluginLoadException(PluginState state, string code, string message, string? evidence = null) : Exception(message)
{
    internal PluginState State { get; } = state;

    internal string Code { get; } = code;

    internal string? Evidence { get; } = evidence;
}
