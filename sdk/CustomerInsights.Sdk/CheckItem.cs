namespace CustomerInsights.Sdk;

/// <summary>One thing that a check tried.</summary>
/// <param name="Name">What was tried, for people: <c>Folder can be read</c>.</param>
/// <param name="Ok">Whether it worked.</param>
/// <param name="Message">What was found and what to do; needed when not <paramref name="Ok"/>. No secrets.</param>
public sealed record CheckItem(string Name, bool Ok, string? Message = null)
{
    /// <summary>The kind of failure, when not <see cref="Ok"/>.</summary>
    public FailureKind? Kind { get; init; }

    /// <summary>JSON pointer of the setting to fix.</summary>
    public string? ConfigurationPath { get; init; }

    /// <summary>What was tried and did not work, as an error tells it.</summary>
    /// <param name="name">What was tried, for people.</param>
    /// <param name="error">Why it did not work.</param>
    /// <returns>The item, with the error's message, kind and place.</returns>
    public static CheckItem Failed(string name, PluginException error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new CheckItem(name, Ok: false, error.Message) { Kind = error.Kind, ConfigurationPath = error.ConfigurationPath };
    }

    /// <summary>Tries something.</summary>
    /// <param name="name">What is tried, for people.</param>
    /// <param name="attempt">Does it, and changes nothing at the other side; a <see cref="PluginException"/> means that it does not work.</param>
    /// <param name="cancellationToken">Ends it.</param>
    /// <returns>The item: it worked, or why not.</returns>
    /// <exception cref="OperationCanceledException">It was ended.</exception>
    public static async ValueTask<CheckItem> TryAsync(string name, Func<CancellationToken, Task> attempt, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(attempt);
        try
        {
            await attempt(cancellationToken).ConfigureAwait(false);
            return new CheckItem(name, Ok: true);
        }
        catch (PluginException error)
        {
            return Failed(name, error);
        }
    }
}
