namespace CustomerInsights.Storage.Jobs;

/// <summary>A job to add.</summary>
/// <param name="Id">UUIDv7 text.</param>
/// <param name="Kind">What to do.</param>
/// <param name="Subject">What about.</param>
/// <param name="Parameters">JSON that the kind understands.</param>
/// <param name="CreatedBy">Who asked.</param>
/// <param name="CreatedAt">When.</param>
public sealed record NewJob(string Id, string Kind, string? Subject, string Parameters, string CreatedBy, DateTimeOffset CreatedAt)
{
    /// <summary>The job that it is part of.</summary>
    public string? Parent { get; init; }

    /// <summary>Ids of jobs that must succeed first.</summary>
    public IReadOnlyList<string> DependsOn { get; init; } = [];
}
