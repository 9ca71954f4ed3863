namespace CustomerInsights.Sdk;

/// <summary>One run of a connector.</summary>
/// <param name="RunId">Names the run in logs; opaque.</param>
/// <param name="Streams">What to read, in the order wanted; at least one.</param>
public sealed record ReadRequest(string RunId, IReadOnlyList<StreamSelection> Streams)
{
    /// <summary>Stop after so many records per stream, or null for all. Used for previews; a run that stops early ends <see cref="StreamOutcome.Incomplete"/>.</summary>
    public long? RecordLimit { get; init; }

    /// <summary>Records per batch that suit the host; 1 to 10,000. Default: 1,000. Within twice of it is fine.</summary>
    public int BatchSize { get; init; } = 1000;

    /// <summary>Longest wished span between two checkpoints. Default: 10 s.</summary>
    public TimeSpan CheckpointEvery { get; init; } = TimeSpan.FromSeconds(10);
}
