using CustomerInsights.Core.Model;

namespace CustomerInsights.Storage.Exports;

/// <summary>
/// Export runs as an outbox: a run's batches are stored before the first is sent, so that a crash repeats the same batch and not another.
/// </summary>
public interface IExportStore
{
    /// <summary>What was last exported, by profile id (ordinal of its text).</summary>
    IAsyncEnumerable<ExportedMember> ReadExportedAsync(string export, CancellationToken cancellationToken);

    /// <summary>The plan that is under way, or null.</summary>
    ValueTask<ExportPlan?> FindPlanAsync(string export, CancellationToken cancellationToken);

    /// <summary>Stores a plan; its generation is one more than the last committed.</summary>
    /// <exception cref="StoreConflictException">Another plan is under way.</exception>
    ValueTask<ExportPlan> SavePlanAsync(string export, string jobId, string fieldsJson, IReadOnlyList<IReadOnlyList<PlannedMember>> batches, CancellationToken cancellationToken);

    /// <summary>A batch of the plan, from 0; null behind the last.</summary>
    ValueTask<IReadOnlyList<PlannedMember>?> ReadBatchAsync(string export, int batch, CancellationToken cancellationToken);

    /// <summary>Notes that the batches before this number were written, with the members that were refused.</summary>
    ValueTask AdvanceAsync(string export, int nextBatch, IReadOnlyList<RefusedMember> refused, CancellationToken cancellationToken);

    /// <summary>
    /// Commits the plan: what it sent becomes what was last exported; the run is kept in the list of runs. Refused members that may be retried are left as
    /// they were, so that the next run finds the same difference; those that may not are taken as sent, so that only a new difference brings them up.
    /// </summary>
    ValueTask CommitAsync(string export, ExportRun run, CancellationToken cancellationToken);

    /// <summary>Drops the plan; the run is kept in the list of runs.</summary>
    ValueTask AbandonAsync(string export, ExportRun run, CancellationToken cancellationToken);

    /// <summary>Runs, newest first.</summary>
    ValueTask<Page<ExportRun>> ListRunsAsync(string export, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>Forgets an export: plan, runs, what was last exported.</summary>
    ValueTask DeleteAsync(string export, CancellationToken cancellationToken);

    /// <summary>The exports whose targets have a profile, by name.</summary>
    ValueTask<IReadOnlyList<string>> OfProfileAsync(ProfileId profile, CancellationToken cancellationToken);
}

/// <summary>What a member was like when last exported.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Document">A value document of the exported fields.</param>
public sealed record ExportedMember(ProfileId Profile, byte[] Document);

/// <summary>A run that is under way.</summary>
/// <param name="Export">The export.</param>
/// <param name="Generation">From 1.</param>
/// <param name="JobId">The job that made it.</param>
/// <param name="FieldsJson">The fields as they were when it was made.</param>
/// <param name="BatchCount">How many batches it has.</param>
/// <param name="NextBatch">The first that is not known to have been written.</param>
/// <param name="MemberCount">How many members in all.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record ExportPlan(string Export, long Generation, string JobId, string FieldsJson, int BatchCount, int NextBatch, long MemberCount, DateTimeOffset CreatedAt);

/// <summary>A member in a plan.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Change">0 added, 1 changed, 2 removed, 3 unchanged (a full export sends it all the same).</param>
/// <param name="Document">A value document of the exported fields.</param>
public sealed record PlannedMember(ProfileId Profile, int Change, byte[] Document);

/// <summary>A member that the target refused.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Retryable">Whether it is sent again in the next run even if nothing changes.</param>
/// <param name="Reason">Why.</param>
public sealed record RefusedMember(ProfileId Profile, bool Retryable, string Reason);

/// <summary>A run that has ended.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Generation">The generation; that of the plan.</param>
/// <param name="Succeeded">Whether it was committed.</param>
/// <param name="Added">Members added.</param>
/// <param name="Changed">Members changed.</param>
/// <param name="Removed">Members removed.</param>
/// <param name="Refused">Members refused.</param>
/// <param name="Summary">What the target said, or why it failed.</param>
/// <param name="DetailsJson">What a program may want to know.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record ExportRun(
    string JobId,
    long Generation,
    bool Succeeded,
    long Added,
    long Changed,
    long Removed,
    long Refused,
    string Summary,
    string DetailsJson,
    DateTimeOffset StartedAt,
    DateTimeOffset EndedAt);
