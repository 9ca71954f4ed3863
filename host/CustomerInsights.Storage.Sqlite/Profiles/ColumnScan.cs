using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Activities;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Enrichments;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>
/// Reads profiles and activities apart, each in the order of its table: no row is looked up. See <see cref="ColumnReading"/> for activities by profile, which looks up
/// each of them, about ten times as dear.
/// </summary>
internal static class ColumnScan
{
    private const int SamplePlaces = 32;
    private const int SampleRows = 32;

    /// <summary>Gives profiles with their nodes; the tables in step, each in the order of profiles.</summary>
    /// <returns>How many.</returns>
    public static long Profiles(SqlConnection db, ColumnRange range, IColumnProfileSink sink)
    {
        if (ProfileRows.Type(db, range.ProfileType) is not { } type)
        {
            return 0;
        }

        // The + keeps SQLite to the table's own order: by the index on types each row would be looked up.
        using var profiles = db.Query(
            "SELECT profile_no, profile_id, attributes FROM profiles WHERE +type_no = ?1 AND profile_no > ?2 AND profile_no <= ?3 ORDER BY profile_no",
            type, range.After, range.UpTo);
        using var measures = db.Query(
            "SELECT profile_no, document FROM profile_measures WHERE profile_no > ?1 AND profile_no <= ?2 ORDER BY profile_no", range.After, range.UpTo);
        using var enriched = new VisibleAnswers.Cursor(db, range.After);
        using var nodes = db.Query(
            "SELECT profile_no, node_id FROM node_profile INDEXED BY node_profile_by_profile WHERE profile_no > ?1 AND profile_no <= ?2 ORDER BY profile_no",
            range.After, range.UpTo);
        var (count, hasMeasures, hasNode) = (0L, measures.Step(), nodes.Step());
        for (; profiles.Step(); count++)
        {
            var number = profiles.Long(0);
            hasMeasures = SkipTo(measures, hasMeasures, number);
            sink.Profile(number, profiles.Id(1), profiles.Span(2), enriched.With(hasMeasures && measures.Long(0) == number ? measures.Span(1) : default, number));
            for (hasNode = SkipTo(nodes, hasNode, number); hasNode && nodes.Long(0) == number; hasNode = nodes.Step())
            {
                sink.Node(nodes.Long(1));
            }
        }

        return count;
    }

    /// <summary>Ranges of the activities' numbers; numbers of removed activities are in them too.</summary>
    public static ActivityExtent Extent(SqlConnection db, int size)
    {
        var ranges = new List<ActivityRange>();
        var after = (db.Number("SELECT MIN(activity_no) FROM activities") ?? 1) - 1;
        var last = db.Number("SELECT MAX(activity_no) FROM activities") ?? after;
        for (; after < last; after += size)
        {
            ranges.Add(new ActivityRange(after, Math.Min(after + size, last)));
        }

        return new ActivityExtent(ranges, DocumentBytes(db, ranges));
    }

    /// <summary>Gives activities in the order of their numbers.</summary>
    /// <returns>How many.</returns>
    public static long Activities(SqlConnection db, ActivityRange range, IColumnActivitySink sink)
    {
        var types = ActivityTypes.Names(db).ToList();
        var places = new int[types.Count == 0 ? 0 : checked((int)types.Max(type => type.Key) + 1)];
        for (var place = 0; place < types.Count; place++)
        {
            places[types[place].Key] = place;
        }

        sink.Types([.. types.Select(type => type.Value)]);
        using var rows = db.Query(
            "SELECT node_id, type_no, activity_no, at, document FROM activities NOT INDEXED WHERE activity_no > ?1 AND activity_no <= ?2 AND node_id IS NOT NULL ORDER BY activity_no",
            range.After, range.UpTo);
        var count = 0L;
        Span<byte> id = stackalloc byte[ActivityId.Length];
        for (; rows.Step(); count++)
        {
            ActivityId.Write(rows.Long(2), id);
            sink.Activity(rows.Long(0), places[rows.Long(1)], id, rows.Long(3), rows.Span(4));
        }

        return count;
    }

    // Some rows here and there: early ones may be of another type than late ones.
    private static double DocumentBytes(SqlConnection db, List<ActivityRange> ranges)
    {
        var (rows, bytes) = (0L, 0L);
        for (var i = 0; i < SamplePlaces && ranges.Count > 0; i++)
        {
            using var sample = db.Query(
                "SELECT LENGTH(document) FROM activities NOT INDEXED WHERE activity_no > ?1 ORDER BY activity_no LIMIT ?2", ranges[i * ranges.Count / SamplePlaces].After, SampleRows);
            for (; sample.Step(); rows++)
            {
                bytes += sample.Long(0);
            }
        }

        return bytes / (double)Math.Max(1, rows);
    }

    private static bool SkipTo(SqlStatement rows, bool there, long number)
    {
        while (there && rows.Long(0) < number)
        {
            there = rows.Step();
        }

        return there;
    }
}
