namespace CustomerInsights.Sdk;

/// <summary>What a connector found behind a configuration.</summary>
/// <param name="Streams">The streams, unique by name; may be empty.</param>
public sealed record SourceCatalog(IReadOnlyList<StreamDescriptor> Streams)
{
    /// <summary>What people should know: a stream left out for want of permission, a file skipped. Each at most 400 characters.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
