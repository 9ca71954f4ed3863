using CustomerInsights.Sdk;

namespace CustomerInsights.Plugins.Boundary;

/// <summary>A failure of a plugin as text. Nothing of the plugin's own types is in it: a kept exception keeps a plugin in memory.</summary>
/// <param name="Kind">Whose move it is.</param>
/// <param name="Message">For people, secrets redacted; at most 1,000 characters.</param>
/// <param name="Detail">For the log: type, text and stack of the exception, redacted; at most 16,000 characters.</param>
/// <param name="RetryAfter">How long to wait, where the plugin said so.</param>
/// <param name="ConfigurationPath">JSON pointer of the setting to fix, where one is at fault.</param>
public sealed record PluginFailure(
    FailureKind Kind,
    string Message,
    string? Detail = null,
    TimeSpan? RetryAfter = null,
    string? ConfigurationPath = null)
{
    /// <summary>The stream at fault, where one is.</summary>
    public string? Stream { get; init; }

    /// <summary>True when the worker of the plugin ended during the call. The worker's keeper tells the plugin's health, once for all calls.</summary>
    internal bool WorkerEnded { get; init; }
}
