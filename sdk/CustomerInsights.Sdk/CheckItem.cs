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
}
