namespace CustomerInsights.Plugins.Boundary;

/// <summary>A call into a plugin failed. Carries strings only, so it may be kept.</summary>
public sealed class PluginCallException : Exception
{
    /// <summary>Makes the exception.</summary>
    /// <param name="pluginId">The plugin.</param>
    /// <param name="call">The call: <c>CheckAsync</c>.</param>
    /// <param name="failure">What happened.</param>
    public PluginCallException(string pluginId, string call, PluginFailure failure)
        : base(failure?.Message) => (PluginId, Call, Failure) = (pluginId, call, failure!);

    /// <summary>The plugin.</summary>
    public string PluginId { get; }

    /// <summary>The call.</summary>
    public string Call { get; }

    /// <summary>What happened.</summary>
    public PluginFailure Failure { get; }
}
