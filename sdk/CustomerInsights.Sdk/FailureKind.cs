namespace CustomerInsights.Sdk;

/// <summary>Whose move it is after a failure; decides between retry, wait and asking a person.</summary>
public enum FailureKind
{
    /// <summary>A setting is wrong. Not retried; the form shows <see cref="PluginException.ConfigurationPath"/>.</summary>
    Configuration = 0,

    /// <summary>Credentials are refused or expired, or a permission is missing. Not retried.</summary>
    Authentication = 1,

    /// <summary>The other side asked for patience. Retried after <see cref="PluginException.RetryAfter"/>.</summary>
    RateLimited = 2,

    /// <summary>Not reachable, timed out, overloaded. Retried with back-off.</summary>
    Transient = 3,

    /// <summary>The data cannot be understood. Not retried until the data changes.</summary>
    Data = 4,

    /// <summary>The other side refuses for good. Not retried.</summary>
    Permanent = 5,

    /// <summary>The plugin is wrong. Any exception that is not a <see cref="PluginException"/> counts as this.</summary>
    Bug = 6,
}
