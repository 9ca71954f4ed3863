namespace CustomerInsights.Storage.Jobs;

/// <summary>Where a job stands.</summary>
public enum JobState
{
    /// <summary>Not begun, or to be begun again.</summary>
    Queued = 0,

    /// <summary>Leased by a worker.</summary>
    Running = 1,

    /// <summary>Begun, and waiting for its children.</summary>
    Waiting = 2,

    /// <summary>Done.</summary>
    Succeeded = 3,

    /// <summary>Given up.</summary>
    Failed = 4,

    /// <summary>Stopped by someone.</summary>
    Cancelled = 5,

    /// <summary>Never begun, because something it depends on did not succeed.</summary>
    Skipped = 6,
}
