namespace CustomerInsights.Storage.Jobs;

/// <summary>How far a job is.</summary>
/// <param name="Done">Units done.</param>
/// <param name="Total">Units in all, or null when not known.</param>
/// <param name="Message">What is being done, for people.</param>
public sealed record JobProgress(long Done, long? Total, string? Message)
{
    /// <summary>Nothing yet.</summary>
    public static JobProgress None { get; } = new(0, null, null);
}
