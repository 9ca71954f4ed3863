namespace CustomerInsights.Sdk;

/// <summary>
/// Covers every batch and rejected record of that stream yielded before it, and nothing after. The host stores it in one
/// transaction with them; a later run may start from it.
/// </summary>
/// <param name="Stream">The stream.</param>
/// <param name="State">The bookmark.</param>
public sealed record Checkpoint(string Stream, StreamState State) : SourceMessage(Stream);
