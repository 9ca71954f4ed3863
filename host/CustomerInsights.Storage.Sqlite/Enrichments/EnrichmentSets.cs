using CustomerInsights.Storage.Enrichments;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Enrichments;

/// <summary>Generations and runs, to and from their rows.</summary>
internal static class EnrichmentSets
{
    public static EnrichmentDraft? Draft(SqlConnection db, string enrichment)
    {
        using var row = db.Query("SELECT set_no, profile_type, job_id, as_of, checkpoint FROM enrichment_sets WHERE enrichment = ?1 AND state = 0", enrichment);
        return row.Step() ? new EnrichmentDraft(row.Long(0), enrichment, row.Text(1), row.Text(2), row.Time(3), row.BlobOrNull(4)) : null;
    }

    public static long? Visible(SqlConnection db, string enrichment) => db.Number("SELECT set_no FROM enrichment_sets WHERE enrichment = ?1 AND state = 1", enrichment);

    /// <summary>The report of a generation in the making.</summary>
    public static string? Require(SqlConnection db, EnrichmentDraft draft)
    {
        using var row = db.Query("SELECT report FROM enrichment_sets WHERE set_no = ?1 AND state = 0", draft.Number);
        return row.Step() ? row.TextOrNull(0) : throw new StoreConflictException($"The generation {draft.Number} of the enrichment '{draft.Enrichment}' is not in the making any more.");
    }

    public static void Write(SqlConnection db, EnrichmentDraft draft, EnrichmentWrite write)
    {
        Require(db, draft);
        var part = (db.Number("SELECT part FROM enrichment_sets WHERE set_no = ?1", draft.Number) ?? 0) + 1;
        var type = ProfileRows.Type(db, draft.ProfileType) ?? -1;
        var visible = Visible(db, draft.Enrichment) ?? -1;
        foreach (var answer in write.Answers)
        {
            db.Run(
                """
                INSERT OR REPLACE INTO enrichment_values(set_no, profile_no, part, outcome, at, input, document)
                SELECT ?1, p.profile_no, ?3, ?4, ?5, ?6,
                  CASE ?8 WHEN 1 THEN (SELECT o.document FROM enrichment_values o WHERE o.set_no = ?9 AND o.profile_no = p.profile_no) ELSE ?7 END
                FROM profiles p WHERE p.profile_id = ?2 AND p.type_no = ?10
                """,
                draft.Number, answer.Profile, part, answer.Outcome, answer.At, answer.Input, answer.Document, answer.Keep ? 1L : 0L, visible, type);
        }

        foreach (var row in write.Rows)
        {
            db.Run(
                """
                INSERT OR REPLACE INTO enrichment_rows(set_no, profile_no, name, period, part, document)
                SELECT ?1, p.profile_no, ?3, ?4, ?5, ?6 FROM profiles p WHERE p.profile_id = ?2 AND p.type_no = ?7
                """,
                draft.Number, row.Profile, row.Table, row.Period.DayNumber, part, row.Document, type);
        }

        if (write.Report is { } report)
        {
            db.Run("UPDATE enrichment_sets SET report = ?2 WHERE set_no = ?1", draft.Number, report);
        }

        if (write.Checkpoint is { } checkpoint)
        {
            db.Run("UPDATE enrichment_sets SET part = ?2, checkpoint = ?3 WHERE set_no = ?1", draft.Number, part, checkpoint);
        }
    }

    /// <summary>Feed rows for the profiles of which two generations say different things; -1 for none.</summary>
    /// <returns>How many.</returns>
    public static long Tell(WriteTransaction transaction, long old, long made)
    {
        var changed = new List<long>();
        using (var rows = transaction.Db.Query(
            """
            SELECT n.profile_no FROM enrichment_values n LEFT JOIN enrichment_values o ON o.set_no = ?1 AND o.profile_no = n.profile_no
            WHERE n.set_no = ?2 AND n.document IS NOT o.document
            UNION ALL
            SELECT o.profile_no FROM enrichment_values o
            WHERE o.set_no = ?1 AND o.document IS NOT NULL AND NOT EXISTS (SELECT 1 FROM enrichment_values n WHERE n.set_no = ?2 AND n.profile_no = o.profile_no)
            """,
            old, made))
        {
            while (rows.Step())
            {
                changed.Add(rows.Long(0));
            }
        }

        foreach (var profile in changed)
        {
            transaction.Feed(ChangeKind.Measures, profile);
        }

        return changed.Count;
    }

    /// <summary>A profile that is gone has no answers.</summary>
    public static void Forget(SqlConnection db, long profile)
    {
        db.Run("DELETE FROM enrichment_values WHERE set_no IN (SELECT set_no FROM enrichment_sets) AND profile_no = ?1", profile);
        db.Run("DELETE FROM enrichment_rows WHERE set_no IN (SELECT set_no FROM enrichment_sets) AND profile_no = ?1", profile);
    }

    public static EnrichmentAnswer Answer(SqlStatement row) => new(row.Long(0), row.Int(1), row.BlobOrNull(2), row.Time(3), row.BlobOrNull(4));

    public static EnrichmentRun Run(SqlStatement row) => new(row.Text(0), row.Flag(1), row.Text(2), row.Text(3), row.Time(4), row.Time(5))
    {
        Counts = row.Text(6),
        Coverage = row.Text(7),
    };

    public static IReadOnlyList<string> Tables(SqlConnection db, long set, long profile) =>
        [.. ProfileStreams.Rows(db, "SELECT DISTINCT name FROM enrichment_rows WHERE set_no = ?1 AND profile_no = ?2 ORDER BY name", row => row.Text(0), set, profile)];

    public static void AddRun(SqlConnection db, string enrichment, EnrichmentRun run) => db.Run(
        """
        INSERT INTO enrichment_runs(enrichment, job_id, succeeded, version, summary, counts, coverage, report, started_at, ended_at)
        VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
        """,
        enrichment, run.JobId, run.Succeeded, run.Version, run.Summary, run.Counts, run.Coverage, run.Report, run.StartedAt, run.EndedAt);
}
