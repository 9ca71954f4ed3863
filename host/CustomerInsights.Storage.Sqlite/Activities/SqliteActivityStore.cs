using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Activities;

internal sealed class SqliteActivityStore(Database database) : IActivityStore
{
    private const string List = "activities";
    private const int Chunk = 1000;
    private const string AllList = "all-activities";

    public ValueTask<ProjectionPosition?> PositionAsync(int stream, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
            {
                using var rows = db.Query("SELECT sequence, mapping, restarting FROM projection_positions WHERE stream_no = ?1", stream);
                return rows.Step() ? new ProjectionPosition(rows.Long(0), rows.Text(1), rows.Flag(2)) : null;
            },
            cancellationToken);

    public ValueTask<ProjectionCounts> ProjectAsync(ProjectionBatch batch, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                using var projection = new Projection(transaction, batch);
                return projection.Run();
            },
            cancellationToken);

    public ValueTask<Page<StoredActivity>> ListAsync(
        ProfileId profile, IReadOnlyList<string>? types, ActivityWindow window, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Parts(List, after, 2) is [var at, var number]
            ? (At: Cursor.PartNumber(List, at), Number: Cursor.PartNumber(List, number))
            : (At: long.MaxValue, Number: 0L);
        return database.SnapshotAsync(
            db =>
            {
                if (ProfileRows.Resolve(db, profile) is not { } found)
                {
                    return new Page<StoredActivity>([], null);
                }

                // The inner query sorts keys only, and reads them from an index; documents are fetched for the page alone.
                var filter = types is null ? "" : ActivityTypes.Filter(db, types, "a.type_no", first: 7);
                SqlValue[] values = [found, behind.At, behind.Number, limit + 1L, From(window), Until(window), .. ActivityTypes.Numbers(db, types ?? [])];
                using var rows = db.Query(
                    $"""
                     SELECT v.activity_no, t.name, v.at, s.name, v.key, v.document, m.outcome, page.roles FROM (
                       SELECT a.number AS number, a.at AS at, a.roles AS roles FROM {Mine(db, $"(a.at < ?2 OR (a.at = ?2 AND a.activity_no > ?3)) AND a.at >= ?5 AND a.at < ?6{filter}")} a
                       ORDER BY a.at DESC, a.number LIMIT ?4) page
                     JOIN activities v ON v.activity_no = page.number
                     JOIN activity_types t ON t.type_no = v.type_no
                     JOIN streams s ON s.stream_no = v.stream_no
                     LEFT JOIN activity_matches m ON m.activity_no = v.activity_no
                     ORDER BY page.at DESC, page.number
                     """,
                    values);
                return Paging.Page(
                    rows,
                    limit,
                    Activity,
                    last => Cursor.Of(
                        List,
                        last.At.UtcTicks.ToString(CultureInfo.InvariantCulture),
                        ActivityId.Number(last.Id).ToString(CultureInfo.InvariantCulture)));
            },
            cancellationToken);
    }

    public ValueTask<Page<OwnedActivity>> ListAllAsync(IReadOnlyList<string>? types, ActivityWindow window, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Number(AllList, after) ?? 0;
        return database.SnapshotAsync(
            db =>
            {
                var filter = types is null ? "" : ActivityTypes.Filter(db, types, "a.type_no", first: 5);
                SqlValue[] values = [behind, limit + 1L, From(window), Until(window), .. ActivityTypes.Numbers(db, types ?? [])];

                // In the table's own order, so that nothing is sorted, however many there are.
                using var rows = db.Query(
                    $"""
                     SELECT a.activity_no, t.name, a.at, s.name, a.key, a.document, m.outcome, NULL, p.profile_id FROM activities a
                     JOIN activity_types t ON t.type_no = a.type_no
                     JOIN streams s ON s.stream_no = a.stream_no
                     LEFT JOIN node_profile np ON np.node_id = a.node_id LEFT JOIN profiles p ON p.profile_no = np.profile_no
                     LEFT JOIN activity_matches m ON m.activity_no = a.activity_no
                     WHERE a.activity_no > ?1 AND a.at >= ?3 AND a.at < ?4{filter}
                     ORDER BY a.activity_no LIMIT ?2
                     """,
                    values);
                return Paging.Page(
                    rows,
                    limit,
                    row => new OwnedActivity(Activity(row), row.IsNull(8) ? null : row.Id(8)),
                    last => Cursor.Of(AllList, ActivityId.Number(last.Activity.Id)));
            },
            cancellationToken);
    }

    public ValueTask<StoredActivity?> FindAsync(ProfileId profile, string activity, CancellationToken cancellationToken) =>
        database.SnapshotAsync(
            db =>
            {
                if (!ActivityId.TryNumber(activity, out var number) || ProfileRows.Resolve(db, profile) is not { } found)
                {
                    return null;
                }

                using var rows = db.Query(
                    $"""
                     SELECT v.activity_no, t.name, v.at, s.name, v.key, v.document, m.outcome, mine.roles FROM {Mine(db, "a.activity_no = ?2")} mine
                     JOIN activities v ON v.activity_no = mine.number JOIN activity_types t ON t.type_no = v.type_no JOIN streams s ON s.stream_no = v.stream_no
                     LEFT JOIN activity_matches m ON m.activity_no = v.activity_no
                     """,
                    found, number);
                return rows.Step() ? Activity(rows) : null;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<ActivityDay>> DaysAsync(
        ProfileId profile, IReadOnlyList<string>? types, ActivityWindow window, int limit, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyList<ActivityDay>>(
            db =>
            {
                if (ProfileRows.Resolve(db, profile) is not { } found)
                {
                    return [];
                }

                var filter = types is null ? "" : ActivityTypes.Filter(db, types, "a.type_no", first: 6);
                SqlValue[] values = [found, From(window), Until(window), TimeSpan.TicksPerDay, limit, .. ActivityTypes.Numbers(db, types ?? [])];
                using var rows = db.Query(
                    $"""
                     SELECT d.day, t.name, d.count FROM (
                       SELECT a.at / ?4 AS day, a.type_no AS type_no, COUNT(*) AS count FROM {Mine(db, $"a.at >= ?2 AND a.at < ?3{filter}")} a
                       GROUP BY a.at / ?4, a.type_no ORDER BY 1 DESC LIMIT ?5) d
                     JOIN activity_types t ON t.type_no = d.type_no ORDER BY d.day DESC, t.name
                     """,
                    values);
                var days = new List<ActivityDay>();
                while (rows.Step())
                {
                    days.Add(new ActivityDay(DateOnly.FromDayNumber((int)rows.Long(0)), rows.Text(1), rows.Long(2)));
                }

                return days;
            },
            cancellationToken);

    private static long From(ActivityWindow window) => window.From?.UtcTicks ?? long.MinValue;

    private static long Until(ActivityWindow window) => window.Until?.UtcTicks ?? long.MaxValue;

    // A profile's own activities, and those in which it takes part where there are such at all. ?1 is the profile; an activity that is both is its own.
    private static string Mine(SqlConnection db, string condition)
    {
        const string Own = "SELECT a.activity_no AS number, a.at AS at, a.type_no AS type_no, NULL AS roles FROM node_profile np JOIN activities a ON a.node_id = np.node_id WHERE np.profile_no = ?1";
        return db.Number("SELECT 1 FROM activity_participants LIMIT 1") is null
            ? $"({Own} AND {condition})"
            : $"""
               ({Own} AND {condition} UNION ALL
                SELECT a.activity_no, a.at, a.type_no, GROUP_CONCAT(DISTINCT p.role) FROM node_profile np
                CROSS JOIN activity_participants p ON p.node_id = np.node_id CROSS JOIN activities a ON a.activity_no = p.activity_no
                WHERE np.profile_no = ?1 AND {condition}
                  AND NOT EXISTS (SELECT 1 FROM node_profile o WHERE o.node_id = a.node_id AND o.profile_no = ?1)
                GROUP BY a.activity_no)
               """;
    }

    private static StoredActivity Activity(SqlStatement row) =>
        new(ActivityId.Text(row.Long(0)), row.Text(1), row.Time(2), row.Text(3), row.Text(4), row.Blob(5))
        {
            IsMatched = row.LongOrNull(6) == (int)MatchOutcome.Matched,
            Roles = row.TextOrNull(7)?.Split(',') ?? [],
        };

    public IAsyncEnumerable<MatchedActivity> ReadMatchedAsync(CancellationToken cancellationToken) =>
        database.StreamAsync(
            db => ProfileStreams.Rows(
                db,
                """
                SELECT m.activity_no, m.key, np.profile_no FROM activity_matches m
                JOIN activities a ON a.activity_no = m.activity_no LEFT JOIN node_profile np ON np.node_id = a.node_id ORDER BY m.activity_no
                """,
                row => new MatchedActivity(row.Long(0), row.Blob(1), row.LongOrNull(2))),
            Chunk,
            cancellationToken);

    public ValueTask<long> AssignAsync(IReadOnlyList<ActivityAssignment> assignments, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => Assign(transaction, assignments), cancellationToken);

    private static long Assign(WriteTransaction transaction, IReadOnlyList<ActivityAssignment> assignments)
    {
        var db = transaction.Db;
        var (changed, told) = (0L, new HashSet<(long Node, long Type)>());
        foreach (var (number, profile, several) in assignments)
        {
            long type;
            long? before;
            using (var row = db.Query("SELECT a.type_no, a.node_id FROM activities a JOIN activity_matches m ON m.activity_no = a.activity_no WHERE a.activity_no = ?1", number))
            {
                if (!row.Step())
                {
                    continue;
                }

                (type, before) = (row.Long(0), row.LongOrNull(1));
            }

            // The node where it is stays, as long as it is one of the profile's.
            long? node = profile is not { } owner ? null
                : before is { } standing && db.Number("SELECT 1 FROM node_profile WHERE node_id = ?1 AND profile_no = ?2", standing, owner) is not null ? standing
                : db.Number("SELECT MIN(node_id) FROM node_profile WHERE profile_no = ?1", owner);
            db.Run("UPDATE activity_matches SET outcome = ?2 WHERE activity_no = ?1 AND outcome <> ?2", number, (int)(several ? MatchOutcome.Several : node is null ? MatchOutcome.Nobody : MatchOutcome.Matched));
            if (node != before)
            {
                db.Run("UPDATE activities SET node_id = ?2 WHERE activity_no = ?1", number, node);
                told.Add((before ?? 0, type));
                told.Add((node ?? 0, type));
                changed++;
            }
        }

        foreach (var (node, type) in told)
        {
            transaction.Feed(ChangeKind.Activity, node, type);
        }

        return changed;
    }

    private enum MatchOutcome
    {
        Nobody = 0,
        Matched = 1,
        Several = 2,
    }

    public ValueTask<IReadOnlyList<ActivityCount>> CountAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ActivityCount>>(
            db =>
            {
                using var rows = db.Query(
                    """
                    SELECT t.name, c.total, c.unlinked FROM (
                      SELECT a.type_no AS type_no, COUNT(*) AS total, SUM(np.node_id IS NULL) AS unlinked
                      FROM activities a LEFT JOIN node_profile np ON np.node_id = a.node_id GROUP BY a.type_no) c
                    JOIN activity_types t ON t.type_no = c.type_no ORDER BY t.name
                    """);
                var counts = new List<ActivityCount>();
                while (rows.Step())
                {
                    counts.Add(new ActivityCount(rows.Text(0), rows.Long(1), rows.Long(2)));
                }

                return counts;
            },
            cancellationToken);
}
