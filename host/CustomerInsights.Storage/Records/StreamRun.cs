namespace CustomerInsights.Storage.Records;

/// <summary>One reading of a stream.</summary>
/// <param name="Id">Names the run.</param>
/// <param name="Stream">The stream.</param>
/// <param name="JobId">The job that reads.</param>
/// <param name="Full">Whether everything is read, so that what is not seen is deleted.</param>
/// <param name="Resuming">True when the run had been interrupted and has a checkpoint to go on from.</param>
/// <param name="State">The bookmark to start from: the run's own when resuming, else the last complete run's; null when there is none.</param>
/// <param name="Counts">What it has done so far.</param>
/// <param name="Outcome">How it ended; null while it runs.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record StreamRun(
    long Id,
    int Stream,
    string JobId,
    bool Full,
    bool Resuming,
    ConnectorState? State,
    RecordCounts Counts,
    StreamRunOutcome? Outcome,
    DateTimeOffset StartedAt,
    DateTimeOffset? EndedAt);

/// <summary>A connector's bookmark.</summary>
/// <param name="Version">Its format version.</param>
/// <param name="Json">Its content, JSON.</param>
public sealed record ConnectorState(int Version, string Json);

/// <summary>How a run ended.</summary>
public enum StreamRunOutcome
{
    /// <summary>Everything was read.</summary>
    Complete = 0,

    /// <summary>The source had not changed.</summary>
    Unchanged = 1,

    /// <summary>It ended early.</summary>
    Incomplete = 2,
}

/// <summary>What a run or write did.</summary>
/// <param name="Read">Records that came, rejected ones included.</param>
/// <param name="New">Stored for the first time (or again after a delete).</param>
/// <param name="Changed">Stored with other content.</param>
/// <param name="Unchanged">Equal to what was stored: no write.</param>
/// <param name="Deleted">Removed.</param>
/// <param name="Rejected">Not understood.</param>
public sealed record RecordCounts(long Read, long New, long Changed, long Unchanged, long Deleted, long Rejected)
{
    /// <summary>Nothing.</summary>
    public static RecordCounts Zero { get; } = new(0, 0, 0, 0, 0, 0);

    /// <summary>The sums.</summary>
    public static RecordCounts operator +(RecordCounts a, RecordCounts b) => new(
        a.Read + b.Read, a.New + b.New, a.Changed + b.Changed, a.Unchanged + b.Unchanged, a.Deleted + b.Deleted, a.Rejected + b.Rejected);
}
