using System.Text.Json;
using CustomerInsights.Host.Platform;
using CustomerInsights.Storage.Jobs;

namespace CustomerInsights.Host.Features.Jobs;

/// <summary>A job as REST shows it.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">What it does.</param>
/// <param name="Subject">What about: a source's or export's name.</param>
/// <param name="Parent">The job that it is part of.</param>
/// <param name="State">queued, running, waiting, succeeded, failed, cancelled or skipped.</param>
/// <param name="Progress">How far it is.</param>
/// <param name="Attempts">How often it was begun.</param>
/// <param name="Result">What it has to say, once it succeeded.</param>
/// <param name="Error">What went wrong last.</param>
/// <param name="CreatedBy">Who asked for it.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="FinishedAt">When it ended.</param>
public sealed record JobResponse(
    string Id,
    string Kind,
    string? Subject,
    string? Parent,
    JobState State,
    JobProgress Progress,
    int Attempts,
    JobResult? Result,
    JobError? Error,
    string CreatedBy,
    DateTimeOffset CreatedAt,
    DateTimeOffset? StartedAt,
    DateTimeOffset? FinishedAt)
{
    internal bool HasEnded => State is JobState.Succeeded or JobState.Failed or JobState.Cancelled or JobState.Skipped;

    internal static JobResponse Of(Job job) => new(
        job.Id,
        job.Kind,
        job.Subject,
        job.Parent,
        job.State,
        job.Progress,
        job.Attempts,
        job.Result is null ? null : JsonSerializer.Deserialize<JobResult>(job.Result, Json.Options),
        job.Error,
        job.CreatedBy,
        job.CreatedAt,
        job.StartedAt,
        job.FinishedAt);
}

/// <summary>Something long was asked for; follow the job.</summary>
/// <param name="JobId">The job.</param>
/// <param name="AlreadyRunning">True when it was under way before you asked.</param>
public sealed record AcceptedJob(string JobId, bool AlreadyRunning);
