using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Activities;

internal sealed class SqliteActivityStore(Database database) : IActivityStore
{
    private const string List = "activities";
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
                     SELECT v.activity_no, t.name, v.at, s.name, v.key, v.document FROM (
                       SELECT a.activity_no AS number, a.at AS at FROM node_profile np JOIN activities a ON a.node_id = np.node_id
                       WHERE np.profile_no = ?1 AND (a.at < ?2 OR (a.at = ?2 AND a.activity_no > ?3)) AND a.at >= ?5 AND a.at < ?6{filter}
                       ORDER BY a.at DESC, a.activity_no LIMIT ?4) page
                     JOIN activities v ON v.activity_no = page.number
                     JOIN activity_types t ON t.type_no = v.type_no
                     JOIN streams s ON s.stream_no = v.stream_no
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
                     SELECT a.activity_no, t.name, a.at, s.name, a.key, a.document, p.profile_id FROM activities a
                     JOIN activity_types t ON t.type_no = a.type_no
                     JOIN streams s ON s.stream_no = a.stream_no
                     LEFT JOIN node_profile np ON np.node_id = a.node_id LEFT JOIN profiles p ON p.profile_no = np.profile_no
                     WHERE a.activity_no > ?1 AND a.at >= ?3 AND a.at < ?4{filter}
                     ORDER BY a.activity_no LIMIT ?2
                     """,
                    values);
                return Paging.Page(
                    rows,
                    limit,
                    row => new OwnedActivity(Activity(row), row.IsNull(6) ? null : row.Id(6)),
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
                    """
                    SELECT a.activity_no, t.name, a.at, s.name, a.key, a.document FROM activities a
                    JOIN node_profile np ON np.node_id = a.node_id JOIN activity_types t ON t.type_no = a.type_no JOIN streams s ON s.stream_no = a.stream_no
                    WHERE a.activity_no = ?1 AND np.profile_no = ?2
                    """,
                    number, found);
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
                       SELECT a.at / ?4 AS day, a.type_no AS type_no, COUNT(*) AS count FROM node_profile np JOIN activities a ON a.node_id = np.node_id
                       WHERE np.profile_no = ?1 AND a.at >= ?2 AND a.at < ?3{filter} GROUP BY a.at / ?4, a.type_no ORDER BY 1 DESC LIMIT ?5) d
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

    private static StoredActivity Activity(SqlStatement row) =>
        new(ActivityId.Text(row.Long(0)), row.Text(1), row.Time(2), row.Text(3), row.Text(4), row.Blob(5));

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
