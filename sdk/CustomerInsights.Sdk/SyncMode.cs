namespace CustomerInsights.Sdk;

/// <summary>How a stream is read.</summary>
public enum SyncMode
{
    /// <summary>Every record, every time. After <see cref="StreamOutcome.Complete"/> the host deletes what it did not see.</summary>
    Full = 0,

    /// <summary>What was added, changed or deleted since the state given. Nothing is deleted but by <see cref="RecordOperation.Delete"/>.</summary>
    Incremental = 1,
}
