using CustomerInsights.Storage.Events;
using CustomerInsights.Storage.Sqlite.Activities;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;
using CustomerInsights.Storage.Sqlite.Records;

namespace CustomerInsights.Storage.Sqlite.Events;

internal sealed class SqliteEventProjection(Database database) : IEventProjection
{
    private const int TrimRows = 5000;
    private const string ToldList = "told-events";

    private const string Fates =
        """
        SELECT s.name, f.message_id, f.kind, f.received_at, f.projected_at, f.refused, f.rule, f.note, f.duplicates, n.key, p.profile_id, f.activity_no, t.name
        FROM event_fates f JOIN streams s ON s.stream_no = f.stream_no
        LEFT JOIN nodes n ON n.node_id = f.node_id LEFT JOIN node_profile np ON np.node_id = f.node_id LEFT JOIN profiles p ON p.profile_no = np.profile_no
        LEFT JOIN activities a ON a.activity_no = f.activity_no LEFT JOIN activity_types t ON t.type_no = a.type_no
        """;

    public ValueTask<long> PositionAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.Number("SELECT position FROM event_position") ?? 0, cancellationToken);

    public ValueTask<EventCounts> ProjectAsync(EventBatch batch, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                using var projection = new EventProjection(transaction);
                return projection.Run(batch);
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<EventFate>> FatesAsync(string messageId, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<EventFate>>(
            db => [.. ProfileStreams.Rows(db, Fates + " WHERE f.message_id = ?1 AND s.name IS NOT NULL ORDER BY f.fate_no", Fate, messageId)], cancellationToken);

    public ValueTask<EventSourceState> StateAsync(string source, int samples, CancellationToken cancellationToken) =>
        database.SnapshotAsync(
            db =>
            {
                if (StreamRows.Find(db, source + ".events") is not { } stream)
                {
                    return new EventSourceState(0, 0, 0, [], []);
                }

                var counts = ProfileStreams.Rows(
                    db,
                    "SELECT COUNT(*), COALESCE(SUM(refused IS NOT NULL), 0), COALESCE(SUM(duplicates), 0) FROM event_fates WHERE stream_no = ?1",
                    row => (All: row.Long(0), Refused: row.Long(1), Duplicates: row.Long(2)),
                    stream.Number).First();
                return new EventSourceState(
                    counts.All - counts.Refused,
                    counts.Refused,
                    counts.Duplicates,
                    [
                        .. ProfileStreams.Rows(
                            db,
                            """
                            SELECT COALESCE(rule, 'form'), SUM(refused IS NOT NULL), SUM(refused IS NULL) FROM event_fates INDEXED BY event_fates_told
                            WHERE stream_no = ?1 AND (refused IS NOT NULL OR rule IS NOT NULL) GROUP BY 1 ORDER BY 1
                            """,
                            row => new RuleCount(row.Text(0), row.Long(1), row.Long(2)),
                            stream.Number),
                    ],
                    [
                        .. ProfileStreams.Rows(
                            db,
                            Fates + " WHERE f.fate_no IN (SELECT fate_no FROM event_fates INDEXED BY event_fates_told WHERE stream_no = ?1 AND (refused IS NOT NULL OR rule IS NOT NULL) ORDER BY fate_no DESC LIMIT ?2) ORDER BY f.fate_no DESC",
                            Fate,
                            stream.Number,
                            samples),
                    ]);
            },
            cancellationToken);

    public ValueTask<Page<EventFate>> ListToldAsync(string source, string? after, int limit, CancellationToken cancellationToken)
    {
        var before = Cursor.Number(ToldList, after) ?? long.MaxValue;
        return database.SnapshotAsync(
            db =>
            {
                if (StreamRows.Find(db, source + ".events") is not { } stream)
                {
                    return new Page<EventFate>([], null);
                }

                var told = ProfileStreams.Rows(
                    db,
                    "SELECT fate_no FROM event_fates INDEXED BY event_fates_told WHERE stream_no = ?1 AND (refused IS NOT NULL OR rule IS NOT NULL) AND fate_no < ?2 ORDER BY fate_no DESC LIMIT ?3",
                    row => row.Long(0),
                    stream.Number, before, limit + 1L).ToList();
                var shown = told.Take(limit).ToList();
                return shown is []
                    ? new Page<EventFate>([], null)
                    : new Page<EventFate>(
                        [
                            .. ProfileStreams.Rows(
                                db,
                                Fates + " WHERE f.stream_no = ?1 AND f.fate_no >= ?2 AND f.fate_no <= ?3 AND (f.refused IS NOT NULL OR f.rule IS NOT NULL) ORDER BY f.fate_no DESC",
                                Fate,
                                stream.Number, shown[^1], shown[0]),
                        ],
                        told.Count > limit ? Cursor.Of(ToldList, shown[^1]) : null);
            },
            cancellationToken);
    }

    public ValueTask<bool> TrimAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Db.Run(
                "DELETE FROM event_fates WHERE fate_no IN (SELECT fate_no FROM event_fates ORDER BY fate_no LIMIT ?2) AND projected_at < ?1", before, TrimRows) == TrimRows,
            cancellationToken);

    private static EventFate Fate(SqlStatement row)
    {
        var stream = row.Text(0);
        return new EventFate(
            stream[..^".events".Length],
            row.Text(1),
            row.Text(2),
            row.Time(3),
            row.Time(4),
            row.IsNull(5) ? null : row.Text(5),
            row.IsNull(6) ? null : row.Text(6),
            row.IsNull(7) ? null : row.Text(7),
            row.Long(8),
            row.IsNull(9) ? null : row.Text(9),
            row.IsNull(10) ? null : row.Id(10),
            row.LongOrNull(11) is { } activity ? ActivityId.Text(activity) : null,
            row.IsNull(12) ? null : row.Text(12));
    }
}
