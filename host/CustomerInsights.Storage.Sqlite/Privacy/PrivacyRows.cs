using System.Text.Json;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Privacy;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Privacy;

/// <summary>Requests and their people to and from rows.</summary>
internal static class PrivacyRows
{
    public const string Select =
        """
        SELECT r.request_id, r.kind, r.law, r.requester, r.reason, r.created_by, r.created_at, r.job_id, r.done_at, r.receipt, r.signature, r.expires_at,
          (SELECT COUNT(*) FROM privacy_subjects s WHERE s.request_no = r.request_no), r.request_no FROM privacy_requests r
        """;

    public static PrivacyRequest Read(SqlStatement row) => new(
        row.Text(0), (PrivacyKind)row.Int(1), row.Text(2), row.TextOrNull(3), row.TextOrNull(4), row.Text(5), row.Time(6), row.Text(7))
    {
        DoneAt = row.TimeOrNull(8),
        Receipt = row.TextOrNull(9),
        Signature = row.TextOrNull(10),
        ExpiresAt = row.TimeOrNull(11),
        Subjects = row.Int(12),
    };

    public static long Number(SqlConnection db, string request) =>
        db.Number("SELECT request_no FROM privacy_requests WHERE request_id = ?1", request) ?? throw new StoreConflictException($"There is no privacy request '{request}'.");

    public static List<PrivacySubject> Subjects(SqlConnection db, long request, int? subject = null)
    {
        var subjects = new List<PrivacySubject>();
        using var rows = db.Query(
            "SELECT subject_no, profile_id, identifiers, prepared, done, counts FROM privacy_subjects WHERE request_no = ?1 AND (?2 IS NULL OR subject_no = ?2) ORDER BY subject_no",
            request, (long?)subject);
        while (rows.Step())
        {
            subjects.Add(new PrivacySubject(
                rows.Int(0),
                rows.IsNull(1) ? null : rows.Id(1),
                JsonSerializer.Deserialize<List<ProfileIdentifier>>(rows.Text(2)) ?? [],
                rows.Flag(3),
                rows.Flag(4),
                JsonSerializer.Deserialize<Dictionary<string, long>>(rows.Text(5)) ?? []));
        }

        return subjects;
    }

    public static void AddCounts(SqlConnection db, long request, int subject, IReadOnlyDictionary<string, long> more)
    {
        if (more.Count == 0)
        {
            return;
        }

        var counts = new SortedDictionary<string, long>(Subjects(db, request, subject)[0].Counts.ToDictionary(StringComparer.Ordinal), StringComparer.Ordinal);
        foreach (var (kind, count) in more)
        {
            counts[kind] = counts.GetValueOrDefault(kind) + count;
        }

        db.Run("UPDATE privacy_subjects SET counts = ?3 WHERE request_no = ?1 AND subject_no = ?2", request, subject, JsonSerializer.Serialize(counts));
    }

    /// <summary>A row of a query, its columns named and read as a <see cref="PersonTable"/> says.</summary>
    public static HeldRow Held(string kind, (string Name, char Form)[] columns, SqlStatement row)
    {
        var values = new List<KeyValuePair<string, object?>>(columns.Length);
        for (var i = 0; i < columns.Length; i++)
        {
            object? value = row.IsNull(i) ? null : columns[i].Form switch
            {
                'n' => row.Long(i),
                'f' => row.Flag(i),
                'd' => row.Time(i),
                'p' => row.Id(i).ToString(),
                'v' => new HeldDocument(row.Blob(i)),
                _ => row.Text(i),
            };
            values.Add(new KeyValuePair<string, object?>(columns[i].Name, value));
        }

        return new HeldRow(kind, values);
    }
}
