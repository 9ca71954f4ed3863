using CustomerInsights.Plugins.Boundary;

namespace CustomerInsights.Plugins.Loading;

/// <summary>Why a version did not come up, as text, and what is left of it. Nothing of the plugin is in it.</summary>
internal sealed class PluginLoadException(string message, string? evidence, WeakReference context, CallGate gate) : Exception(message)
{
    internal string? Evidence { get; } = evidence;

    /// <summary>Dead once its code has left memory.</summary>
    internal WeakReference Context { get; } = context;

    internal CallGate Gate { get; } = gate;
}
