using CustomerInsights.Storage.Segments;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Segments;

/// <summary>Comings and goings over all segments, in the order of commits.</summary>
internal static class MoveReading
{
    public static (IReadOnlyList<NumberedMove> Moves, long Through) Read(SqlConnection db, long after, IReadOnlyCollection<string>? segments, int limit)
    {
        var names = new Dictionary<long, string>();
        var wanted = segments?.Select(name => SegmentRows.Number(db, name)).OfType<long>().ToHashSet();
        var moves = new List<NumberedMove>();
        var (through, read) = (after, 0);
        using (var rows = db.Query("SELECT move_no, segment_no, profile_id, entered, at FROM segment_history WHERE move_no > ?1 ORDER BY move_no LIMIT ?2", after, (long)limit))
        {
            for (; rows.Step(); read++)
            {
                through = rows.Long(0);
                var segment = rows.Long(1);
                if (wanted?.Contains(segment) != false && Name(db, names, segment) is { } name)
                {
                    moves.Add(new NumberedMove(through, name, rows.Id(2), rows.Flag(3), rows.Time(4)));
                }
            }
        }

        // At the end of the history everything is read, what was deleted included.
        return (moves, read < limit ? Math.Max(through, db.Number("SELECT value FROM counters WHERE counter = ?1", (long)Counter.Move) ?? 0) : through);
    }

    private static string? Name(SqlConnection db, Dictionary<long, string> names, long segment)
    {
        if (!names.TryGetValue(segment, out var name))
        {
            using var rows = db.Query("SELECT name FROM segments WHERE segment_no = ?1", segment);
            names[segment] = name = rows.Step() ? rows.Text(0) : "";
        }

        return name.Length == 0 ? null : name;
    }
}
