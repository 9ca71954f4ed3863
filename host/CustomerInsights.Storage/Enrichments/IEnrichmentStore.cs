using CustomerInsights.Core.Model;

namespace CustomerInsights.Storage.Enrichments;

/// <summary>
/// What enrichments answer. A run writes a generation that nobody sees; publishing shows all of it at once in place of the one before. A profile has what
/// the visible generations say of it, beside its attributes and measures.
/// </summary>
public interface IEnrichmentStore
{
    /// <summary>By enrichment, what its plugin last said that it reads and writes: JSON that the host understands.</summary>
    ValueTask<IReadOnlyDictionary<string, string>> DescriptionsAsync(CancellationToken cancellationToken);

    /// <summary>Keeps what a plugin said of an enrichment; true when it differs from what was kept.</summary>
    ValueTask<bool> DescribeAsync(string enrichment, string description, CancellationToken cancellationToken);

    /// <summary>The generation in the making, or null.</summary>
    ValueTask<EnrichmentDraft?> FindDraftAsync(string enrichment, CancellationToken cancellationToken);

    /// <summary>Begins a generation.</summary>
    /// <exception cref="StoreConflictException">One is in the making already.</exception>
    ValueTask<EnrichmentDraft> BeginAsync(string enrichment, string profileType, string jobId, DateTimeOffset asOf, CancellationToken cancellationToken);

    /// <summary>Forgets what was written behind the last checkpoint, so that a run can go on from there.</summary>
    ValueTask ResumeAsync(EnrichmentDraft draft, CancellationToken cancellationToken);

    /// <summary>
    /// Writes answers, and with a checkpoint everything before it for good, in one transaction. What names a profile that is not (any more) of the type is
    /// passed over. A profile that answered before, and a row of the same table and period, are replaced.
    /// </summary>
    ValueTask WriteAsync(EnrichmentDraft draft, EnrichmentWrite write, CancellationToken cancellationToken);

    /// <summary>The last answer of profiles in the visible generation, by number; those without are absent.</summary>
    ValueTask<IReadOnlyDictionary<long, EnrichmentAnswer>> LastAsync(string enrichment, IReadOnlyList<long> profiles, CancellationToken cancellationToken);

    /// <summary>The answers of a generation in the making, by profile number.</summary>
    IAsyncEnumerable<EnrichmentAnswer> ReadDraftAsync(EnrichmentDraft draft, CancellationToken cancellationToken);

    /// <summary>Shows a generation in place of the one before, with feed rows of the profiles that differ, and adds its run; all in one transaction.</summary>
    /// <param name="draft">The generation.</param>
    /// <param name="run">The run, from which the number of changed profiles is missing.</param>
    /// <param name="cancellationToken">Cancels.</param>
    /// <returns>How many profiles have other values now.</returns>
    ValueTask<long> PublishAsync(EnrichmentDraft draft, EnrichmentRun run, CancellationToken cancellationToken);

    /// <summary>Gives up the generation in the making, if there is one; the visible one stays. Adds the run that failed.</summary>
    ValueTask AbandonAsync(string enrichment, EnrichmentRun run, CancellationToken cancellationToken);

    /// <summary>Runs, newest first, without their reports.</summary>
    /// <exception cref="BadCursorException">The cursor is not of this list.</exception>
    ValueTask<Page<EnrichmentRun>> ListRunsAsync(string enrichment, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>A run with its report, or null.</summary>
    ValueTask<EnrichmentRun?> FindRunAsync(string enrichment, string jobId, CancellationToken cancellationToken);

    /// <summary>What the visible generations say of a profile, by enrichment.</summary>
    ValueTask<IReadOnlyList<ProfileEnrichment>> OfProfileAsync(long profile, CancellationToken cancellationToken);

    /// <summary>The rows of a profile in a table of the visible generation, oldest period first.</summary>
    ValueTask<IReadOnlyList<EnrichmentRow>> RowsAsync(string enrichment, string table, long profile, CancellationToken cancellationToken);

    /// <summary>Hides everything of an enrichment that was deleted, with feed rows. <see cref="ClearAsync"/> frees the room.</summary>
    ValueTask DeleteAsync(string enrichment, CancellationToken cancellationToken);

    /// <summary>Removes a piece of what nobody sees any more; false when nothing was left.</summary>
    ValueTask<bool> ClearAsync(CancellationToken cancellationToken);
}

/// <summary>A generation in the making.</summary>
/// <param name="Number">Its number; grows over all enrichments.</param>
/// <param name="Enrichment">Whose.</param>
/// <param name="ProfileType">The type of its profiles.</param>
/// <param name="JobId">The job that makes it.</param>
/// <param name="AsOf">The moment that counts as now in its run.</param>
/// <param name="Checkpoint">Where its run can go on; null before the first.</param>
public sealed record EnrichmentDraft(long Number, string Enrichment, string ProfileType, string JobId, DateTimeOffset AsOf, byte[]? Checkpoint);

/// <summary>Answers to write.</summary>
/// <param name="Answers">Of profiles.</param>
/// <param name="Rows">Of tables.</param>
public sealed record EnrichmentWrite(IReadOnlyList<NewAnswer> Answers, IReadOnlyList<NewRow> Rows)
{
    /// <summary>Where the run can go on behind these; null when it cannot.</summary>
    public byte[]? Checkpoint { get; init; }

    /// <summary>The run's report, kept with the next checkpoint; null when none came.</summary>
    public string? Report { get; init; }
}

/// <summary>An answer to write.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Outcome">What became of it; the host's numbers.</param>
/// <param name="Document">A value document; null for none.</param>
/// <param name="At">When it was asked.</param>
public sealed record NewAnswer(ProfileId Profile, int Outcome, byte[]? Document, DateTimeOffset At)
{
    /// <summary>True keeps the document of the visible generation instead, where there is one: asking failed.</summary>
    public bool Keep { get; init; }

    /// <summary>A hash of what the plugin was handed, for answers that stay good for a while; null otherwise.</summary>
    public byte[]? Input { get; init; }
}

/// <summary>A row to write.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Table">The table.</param>
/// <param name="Period">The first day of the period.</param>
/// <param name="Document">A value document.</param>
public sealed record NewRow(ProfileId Profile, string Table, DateOnly Period, byte[] Document);

/// <summary>An answer as stored.</summary>
/// <param name="Profile">The profile's number.</param>
/// <param name="Outcome">What became of it.</param>
/// <param name="Document">A value document, or null.</param>
/// <param name="At">When it was asked.</param>
/// <param name="Input">A hash of what the plugin was handed, or null.</param>
public sealed record EnrichmentAnswer(long Profile, int Outcome, byte[]? Document, DateTimeOffset At, byte[]? Input);

/// <summary>A row as stored.</summary>
/// <param name="Period">The first day of the period.</param>
/// <param name="Document">A value document.</param>
public sealed record EnrichmentRow(DateOnly Period, byte[] Document);

/// <summary>What an enrichment says of a profile.</summary>
/// <param name="Enrichment">The enrichment.</param>
/// <param name="JobId">The run.</param>
/// <param name="AsOf">The moment that counted as now.</param>
/// <param name="Answer">The answer.</param>
/// <param name="Tables">The tables in which it has rows.</param>
public sealed record ProfileEnrichment(string Enrichment, string JobId, DateTimeOffset AsOf, EnrichmentAnswer Answer, IReadOnlyList<string> Tables);

/// <summary>A run that ended.</summary>
/// <param name="JobId">The job.</param>
/// <param name="Succeeded">Whether its answers are visible, or were.</param>
/// <param name="Version">The plugin's version.</param>
/// <param name="Summary">A sentence for people.</param>
/// <param name="StartedAt">When it began.</param>
/// <param name="EndedAt">When it ended.</param>
public sealed record EnrichmentRun(string JobId, bool Succeeded, string Version, string Summary, DateTimeOffset StartedAt, DateTimeOffset EndedAt)
{
    /// <summary>Counts by name, JSON.</summary>
    public string Counts { get; init; } = "{}";

    /// <summary>Profiles with a value by attribute, JSON.</summary>
    public string Coverage { get; init; } = "{}";

    /// <summary>What the plugin reported, JSON; null when nothing, and in lists.</summary>
    public string? Report { get; init; }
}
