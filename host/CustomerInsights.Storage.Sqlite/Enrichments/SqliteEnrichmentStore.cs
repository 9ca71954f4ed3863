using CustomerInsights.Storage.Enrichments;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Enrichments;

internal sealed class SqliteEnrichmentStore(Database database) : IEnrichmentStore
{
    private const string List = "enrichment runs";
    private const int Chunk = 1000;
    private const int Piece = 5000;
    private const string RunColumns = "job_id, succeeded, version, summary, started_at, ended_at, counts, coverage";

    public ValueTask<IReadOnlyDictionary<string, string>> DescriptionsAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyDictionary<string, string>>(
            db => ProfileStreams.Rows(db, "SELECT enrichment, description FROM enrichment_descriptions", row => KeyValuePair.Create(row.Text(0), row.Text(1)))
                .ToDictionary(StringComparer.Ordinal),
            cancellationToken);

    public ValueTask<bool> DescribeAsync(string enrichment, string description, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                var changed = transaction.Db.Run(
                    """
                    INSERT INTO enrichment_descriptions(enrichment, description) VALUES (?1, ?2)
                    ON CONFLICT(enrichment) DO UPDATE SET description = excluded.description WHERE description <> excluded.description
                    """,
                    enrichment, description) > 0;
                if (changed)
                {
                    // What rules may name has changed with it.
                    transaction.Feed(ChangeKind.Definition, 0);
                }

                return changed;
            },
            cancellationToken);

    public ValueTask<EnrichmentDraft?> FindDraftAsync(string enrichment, CancellationToken cancellationToken) =>
        database.ReadAsync(db => EnrichmentSets.Draft(db, enrichment), cancellationToken);

    public ValueTask<EnrichmentDraft> BeginAsync(string enrichment, string profileType, string jobId, DateTimeOffset asOf, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                if (EnrichmentSets.Draft(transaction.Db, enrichment) is { } other)
                {
                    throw new StoreConflictException($"The enrichment '{enrichment}' has a generation in the making already (job {other.JobId}): publish or abandon it first.");
                }

                transaction.Db.Run(
                    "INSERT INTO enrichment_sets(enrichment, profile_type, job_id, state, as_of) VALUES (?1, ?2, ?3, 0, ?4)", enrichment, profileType, jobId, asOf);
                return EnrichmentSets.Draft(transaction.Db, enrichment)!;
            },
            cancellationToken);

    public ValueTask ResumeAsync(EnrichmentDraft draft, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                const string Behind = "set_no = ?1 AND part > (SELECT part FROM enrichment_sets WHERE set_no = ?1)";
                transaction.Db.Run($"DELETE FROM enrichment_values WHERE {Behind}", draft.Number);
                transaction.Db.Run($"DELETE FROM enrichment_rows WHERE {Behind}", draft.Number);
            },
            cancellationToken);

    public ValueTask WriteAsync(EnrichmentDraft draft, EnrichmentWrite write, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => EnrichmentSets.Write(transaction.Db, draft, write), cancellationToken);

    public ValueTask<IReadOnlyDictionary<long, EnrichmentAnswer>> LastAsync(string enrichment, IReadOnlyList<long> profiles, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyDictionary<long, EnrichmentAnswer>>(
            db =>
            {
                var last = new Dictionary<long, EnrichmentAnswer>();
                if (EnrichmentSets.Visible(db, enrichment) is not { } set)
                {
                    return last;
                }

                foreach (var profile in profiles)
                {
                    using var row = db.Query("SELECT profile_no, outcome, document, at, input FROM enrichment_values WHERE set_no = ?1 AND profile_no = ?2", set, profile);
                    if (row.Step())
                    {
                        last[profile] = EnrichmentSets.Answer(row);
                    }
                }

                return last;
            },
            cancellationToken);

    public IAsyncEnumerable<EnrichmentAnswer> ReadDraftAsync(EnrichmentDraft draft, CancellationToken cancellationToken) =>
        database.StreamAsync(
            db => ProfileStreams.Rows(
                db, "SELECT profile_no, outcome, document, at, input FROM enrichment_values WHERE set_no = ?1 ORDER BY profile_no", EnrichmentSets.Answer, draft.Number),
            Chunk,
            cancellationToken);

    public ValueTask<long> PublishAsync(EnrichmentDraft draft, EnrichmentRun run, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                var db = transaction.Db;
                var report = EnrichmentSets.Require(db, draft);
                var old = EnrichmentSets.Visible(db, draft.Enrichment) ?? -1;
                var changed = EnrichmentSets.Tell(transaction, old, draft.Number);
                db.Run("UPDATE enrichment_sets SET state = 2 WHERE set_no = ?1", old);
                db.Run("UPDATE enrichment_sets SET state = 1, checkpoint = NULL, report = NULL WHERE set_no = ?1", draft.Number);
                EnrichmentSets.AddRun(db, draft.Enrichment, run with { Report = run.Report ?? report });
                return changed;
            },
            cancellationToken);

    public ValueTask AbandonAsync(string enrichment, EnrichmentRun run, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                transaction.Db.Run("UPDATE enrichment_sets SET state = 2 WHERE enrichment = ?1 AND state = 0", enrichment);
                EnrichmentSets.AddRun(transaction.Db, enrichment, run);
            },
            cancellationToken);

    public ValueTask<Page<EnrichmentRun>> ListRunsAsync(string enrichment, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Number(List, after) ?? long.MaxValue;
        return database.ReadAsync(
            db =>
            {
                using var rows = db.Query(
                    $"SELECT {RunColumns}, run_no FROM enrichment_runs WHERE enrichment = ?1 AND run_no < ?2 ORDER BY run_no DESC LIMIT ?3", enrichment, behind, limit + 1L);
                return Paging.Page(rows, limit, EnrichmentSets.Run, List, numberColumn: 8);
            },
            cancellationToken);
    }

    public ValueTask<EnrichmentRun?> FindRunAsync(string enrichment, string jobId, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
            {
                using var row = db.Query(
                    $"SELECT {RunColumns}, report FROM enrichment_runs WHERE enrichment = ?1 AND job_id = ?2 ORDER BY run_no DESC LIMIT 1", enrichment, jobId);
                return row.Step() ? EnrichmentSets.Run(row) with { Report = row.TextOrNull(8) } : null;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<ProfileEnrichment>> OfProfileAsync(long profile, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyList<ProfileEnrichment>>(
            db =>
            [
                .. ProfileStreams.Rows(
                    db,
                    """
                    SELECT v.profile_no, v.outcome, v.document, v.at, v.input, s.enrichment, s.job_id, s.as_of, s.set_no
                    FROM enrichment_sets s JOIN enrichment_values v ON v.set_no = s.set_no AND v.profile_no = ?1 WHERE s.state = 1 ORDER BY s.enrichment
                    """,
                    row => new ProfileEnrichment(row.Text(5), row.Text(6), row.Time(7), EnrichmentSets.Answer(row), EnrichmentSets.Tables(db, row.Long(8), profile)),
                    profile),
            ],
            cancellationToken);

    public ValueTask<IReadOnlyList<EnrichmentRow>> RowsAsync(string enrichment, string table, long profile, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<EnrichmentRow>>(
            db =>
            [
                .. ProfileStreams.Rows(
                    db,
                    """
                    SELECT r.period, r.document FROM enrichment_sets s JOIN enrichment_rows r ON r.set_no = s.set_no AND r.profile_no = ?3 AND r.name = ?2
                    WHERE s.state = 1 AND s.enrichment = ?1 ORDER BY r.period
                    """,
                    row => new EnrichmentRow(DateOnly.FromDayNumber(row.Int(0)), row.Blob(1)),
                    enrichment, table, profile),
            ],
            cancellationToken);

    public ValueTask DeleteAsync(string enrichment, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                if (EnrichmentSets.Visible(transaction.Db, enrichment) is { } set)
                {
                    EnrichmentSets.Tell(transaction, set, -1);
                }

                transaction.Db.Run("UPDATE enrichment_sets SET state = 2 WHERE enrichment = ?1", enrichment);
                transaction.Db.Run("DELETE FROM enrichment_runs WHERE enrichment = ?1", enrichment);
                transaction.Db.Run("DELETE FROM enrichment_descriptions WHERE enrichment = ?1", enrichment);
            },
            cancellationToken);

    // In pieces, so that nobody waits for the writer.
    public ValueTask<bool> ClearAsync(CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                var db = transaction.Db;
                if (db.Number("SELECT MIN(set_no) FROM enrichment_sets WHERE state = 2") is not { } set)
                {
                    return false;
                }

                if (db.Run("DELETE FROM enrichment_values WHERE set_no = ?1 AND profile_no IN (SELECT profile_no FROM enrichment_values WHERE set_no = ?1 LIMIT ?2)", set, Piece) == 0
                    && db.Run("DELETE FROM enrichment_rows WHERE set_no = ?1 AND profile_no IN (SELECT profile_no FROM enrichment_rows WHERE set_no = ?1 LIMIT ?2)", set, Piece) == 0)
                {
                    db.Run("DELETE FROM enrichment_sets WHERE set_no = ?1", set);
                }

                return true;
            },
            cancellationToken);
}
