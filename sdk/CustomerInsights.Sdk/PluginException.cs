namespace CustomerInsights.Sdk;

/// <summary>
/// The exception whose content the host keeps and shows. The host keeps the strings, never the object, so that the plugin
/// can be unloaded.
/// </summary>
public class PluginException : Exception
{
    /// <summary>Makes a failure.</summary>
    /// <param name="kind">Whose move it is.</param>
    /// <param name="userMessage">For people: what was found, what was expected, what to do. No secrets, no stack trace. At most 1,000 characters.</param>
    /// <param name="innerException">The cause; its text goes to the log, after redaction.</param>
    public PluginException(FailureKind kind, string userMessage, Exception? innerException = null)
        : base(userMessage, innerException) => Kind = kind;

    /// <summary>Whose move it is.</summary>
    public FailureKind Kind { get; }

    /// <summary>How long to wait, for <see cref="FailureKind.RateLimited"/> and <see cref="FailureKind.Transient"/>; null leaves it to the host.</summary>
    public TimeSpan? RetryAfter { get; init; }

    /// <summary>The stream at fault, where one is.</summary>
    public string? Stream { get; init; }

    /// <summary>JSON pointer of the setting to fix, e.g. <c>/files/0/path</c>.</summary>
    public string? ConfigurationPath { get; init; }
}
