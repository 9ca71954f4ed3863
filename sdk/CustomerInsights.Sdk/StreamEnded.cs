namespace CustomerInsights.Sdk;

/// <summary>The last message of a stream. A run without one for each stream is not a success.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="Reason">Why, when <see cref="StreamOutcome.Incomplete"/>; for people.</param>
public sealed record StreamEnded(string Stream, StreamOutcome Outcome, string? Reason = null) : SourceMessage(Stream);
