namespace CustomerInsights.Sdk;

/// <summary>The source asked for patience. Resets the host's silence limit.</summary>
/// <param name="Stream">The stream.</param>
/// <param name="ResumesAt">When reading goes on, UTC.</param>
/// <param name="Reason">Why; for people.</param>
public sealed record StreamWaiting(string Stream, DateTimeOffset ResumesAt, string Reason) : SourceMessage(Stream);
