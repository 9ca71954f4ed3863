namespace CustomerInsights.Sdk.Testing;

/// <summary>A check of the catalogue.</summary>
/// <param name="Id">Its number, which never changes: <c>R05</c>.</param>
/// <param name="Title">What it asks for.</param>
/// <param name="Status">Whether this release has it.</param>
public sealed record ConformanceCheck(string Id, string Title, ConformanceCheckStatus Status)
{
    /// <summary>Its group, its letter.</summary>
    public string Group => Id[..1];

    /// <summary>Why it is not there yet, or what to know of it; null when there is nothing to say.</summary>
    public string? Note { get; init; }
}
