namespace CustomerInsights.Sdk;

/// <summary>A record that could not be read. It is stored, counted and shown; the run goes on.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Reason">What was found, what was expected and what to do, for people. No secrets. At most 1,000 characters.</param>
public sealed record RejectedRecord(string Stream, string Reason) : SourceMessage(Stream)
{
    /// <summary>The key, where it is known.</summary>
    public string? Key { get; init; }

    /// <summary>The field at fault, where one is.</summary>
    public string? Field { get; init; }

    /// <summary>The file (relative to the source's root), table or page. At most 400 characters.</summary>
    public string? Location { get; init; }

    /// <summary>The line in the file, from 1; null where there are no lines.</summary>
    public long? Line { get; init; }

    /// <summary>The first part of the offending text. At most 200 characters; the host cuts what is longer.</summary>
    public string? Excerpt { get; init; }
}
