namespace CustomerInsights.Storage.Jobs;

/// <summary>A job as it stands.</summary>
public sealed record Job
{
    /// <summary>UUIDv7 text; orders by creation.</summary>
    public required string Id { get; init; }

    /// <summary>What to do: <c>ingest</c>, <c>unify</c>, <c>refresh</c>…</summary>
    public required string Kind { get; init; }

    /// <summary>What it is about: a source's or export's name; null when nothing in particular.</summary>
    public string? Subject { get; init; }

    /// <summary>The job that it is part of.</summary>
    public string? Parent { get; init; }

    /// <summary>JSON that the kind understands.</summary>
    public string Parameters { get; init; } = "{}";

    /// <summary>Where it stands.</summary>
    public JobState State { get; init; }

    /// <summary>How far it is.</summary>
    public JobProgress Progress { get; init; } = JobProgress.None;

    /// <summary>Where to go on from after a crash; null at first.</summary>
    public string? Checkpoint { get; init; }

    /// <summary>How often it was begun.</summary>
    public int Attempts { get; init; }

    /// <summary>JSON that the kind gave at its end.</summary>
    public string? Result { get; init; }

    /// <summary>What went wrong last.</summary>
    public JobError? Error { get; init; }

    /// <summary>True when someone asked it to stop.</summary>
    public bool CancelRequested { get; init; }

    /// <summary>Who asked for it.</summary>
    public required string CreatedBy { get; init; }

    /// <summary>When it was added.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was first leased.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>When it ended.</summary>
    public DateTimeOffset? FinishedAt { get; init; }
}
