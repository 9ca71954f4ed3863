using System.Globalization;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Enrichments;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>Reads profiles with their activities into a sink, without an object a row.</summary>
internal static class ColumnReading
{
    private const string Last = "SELECT value FROM counters WHERE counter = ?1";

    public static IReadOnlyList<long> Ranges(SqlConnection db, string profileType, int size)
    {
        var ends = new List<long>();
        if (ProfileRows.Type(db, profileType) is not { } type)
        {
            return ends;
        }

        var after = 0L;
        while (db.Number("SELECT profile_no FROM profiles WHERE type_no = ?1 AND profile_no > ?2 ORDER BY profile_no LIMIT 1 OFFSET ?3", type, after, size - 1L) is { } end)
        {
            ends.Add(after = end);
        }

        // The last range is shorter.
        if (db.Number("SELECT MAX(profile_no) FROM profiles WHERE type_no = ?1 AND profile_no > ?2", type, after) is { } rest)
        {
            ends.Add(rest);
        }

        return ends;
    }

    public static long Read(SqlConnection db, ColumnRange range, IColumnSink sink)
    {
        var position = db.Number(Last, (long)Counter.Feed) ?? 0;
        if (ProfileRows.Type(db, range.ProfileType) is not { } type)
        {
            return position;
        }

        // The + keeps SQLite to the table's own order: by the index on types each row would be looked up.
        using var profiles = db.Query(
            """
            SELECT p.profile_no, p.profile_id, p.attributes, m.document
            FROM profiles p LEFT JOIN profile_measures m ON m.profile_no = p.profile_no
            WHERE +p.type_no = ?1 AND p.profile_no > ?2 AND p.profile_no <= ?3 ORDER BY p.profile_no
            """,
            type, range.After, range.UpTo);

        // CROSS JOIN keeps SQLite to this order: any other would have to sort all activities.
        using var activities = db.Query(
            """
            SELECT np.profile_no, np.node_id, a.activity_no, a.type_no, a.at, a.document
            FROM node_profile np INDEXED BY node_profile_by_profile CROSS JOIN activities a INDEXED BY activities_by_node ON a.node_id = np.node_id
            WHERE np.profile_no > ?1 AND np.profile_no <= ?2 ORDER BY np.profile_no
            """,
            range.After, range.UpTo);
        using var enriched = new VisibleAnswers.Cursor(db, range.After);
        var gathered = new GatheredActivities(db);
        var hasRow = activities.Step();
        while (profiles.Step())
        {
            var number = profiles.Long(0);
            sink.Profile(range.ProfileType, number, profiles.Id(1), profiles.Span(2), enriched.With(profiles.Span(3), number));
            for (; hasRow && activities.Long(0) <= number; hasRow = activities.Step())
            {
                if (activities.Long(0) == number)
                {
                    gathered.Add(activities);
                }
            }

            gathered.Give(sink);
        }

        return position;
    }

    public static ColumnChanges Changes(SqlConnection db, long after, IColumnSink sink)
    {
        var position = db.Number(Last, (long)Counter.Feed) ?? 0;
        if (position == after)
        {
            return new ColumnChanges(position, Trimmed: false, []);
        }

        if (position < after || db.Number("SELECT MIN(seq) FROM feed WHERE seq > ?1", after) != after + 1)
        {
            return new ColumnChanges(position, Trimmed: true, []);
        }

        var changed = Changed(db, after);
        var types = Types(db);
        using var enriched = new VisibleAnswers.Cursor(db, changed.Count == 0 ? 0 : changed[0] - 1);
        var gathered = new GatheredActivities(db);
        foreach (var number in changed)
        {
            using var profile = db.Query(
                """
                SELECT p.type_no, p.profile_id, p.attributes, m.document
                FROM profiles p LEFT JOIN profile_measures m ON m.profile_no = p.profile_no WHERE p.profile_no = ?1
                """,
                number);
            if (!profile.Step())
            {
                continue;
            }

            sink.Profile(types[profile.Long(0)], number, profile.Id(1), profile.Span(2), enriched.With(profile.Span(3), number));
            using var activities = db.Query(
                """
                SELECT np.profile_no, np.node_id, a.activity_no, a.type_no, a.at, a.document
                FROM node_profile np INDEXED BY node_profile_by_profile CROSS JOIN activities a INDEXED BY activities_by_node ON a.node_id = np.node_id
                WHERE np.profile_no = ?1
                """,
                number);
            while (activities.Step())
            {
                gathered.Add(activities);
            }

            gathered.Give(sink);
        }

        return new ColumnChanges(position, Trimmed: false, changed);
    }

    // A node's activity is its profile's; what changes who a node belongs to is told as a change of both profiles.
    private static List<long> Changed(SqlConnection db, long after)
    {
        var numbers = new HashSet<long>();
        using var rows = db.Query(
            string.Create(
                CultureInfo.InvariantCulture,
                $"""
                 SELECT CASE f.kind WHEN {(int)ChangeKind.Activity} THEN np.profile_no ELSE f.id END
                 FROM feed f LEFT JOIN node_profile np ON f.kind = {(int)ChangeKind.Activity} AND np.node_id = f.id
                 WHERE f.seq > ?1 AND f.kind IN ({(int)ChangeKind.Profile}, {(int)ChangeKind.Activity}, {(int)ChangeKind.Measures})
                 """),
            after);
        while (rows.Step())
        {
            if (rows.LongOrNull(0) is { } number)
            {
                numbers.Add(number);
            }
        }

        var sorted = numbers.ToList();
        sorted.Sort();
        return sorted;
    }

    private static Dictionary<long, string> Types(SqlConnection db) =>
        ProfileStreams.Rows(db, "SELECT type_no, name FROM profile_types", row => (Number: row.Long(0), Name: row.Text(1))).ToDictionary(type => type.Number, type => type.Name);
}
