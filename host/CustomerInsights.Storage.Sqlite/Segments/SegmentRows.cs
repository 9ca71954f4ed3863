using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Segments;

/// <summary>Moves in and out of segments: member, size, history and feed row together.</summary>
internal static class SegmentRows
{
    public static long? Number(SqlConnection db, string segment) => db.Number("SELECT segment_no FROM segments WHERE name = ?1", segment);

    public static long Ensure(SqlConnection db, string segment)
    {
        db.Run("INSERT INTO segments(name, size) VALUES (?1, 0) ON CONFLICT DO NOTHING", segment);
        return Number(db, segment) ?? 0;
    }

    public static bool Enter(WriteTransaction transaction, long segment, long profile, ProfileId id, DateTimeOffset at) =>
        Move(transaction, segment, profile, id, entered: true, at) && Tell(transaction, segment, profile, 1);

    public static bool Leave(WriteTransaction transaction, long segment, long profile, ProfileId id, DateTimeOffset at) =>
        Move(transaction, segment, profile, id, entered: false, at) && Tell(transaction, segment, profile, -1);

    /// <summary>Writes member and history alone; the caller owes the size and the feed row. False when it is no change.</summary>
    public static bool Move(WriteTransaction transaction, long segment, long profile, ProfileId id, bool entered, DateTimeOffset at)
    {
        var changed = entered
            ? transaction.Db.Run("INSERT INTO segment_members(segment_no, profile_no, since) VALUES (?1, ?2, ?3) ON CONFLICT DO NOTHING", segment, profile, at)
            : transaction.Db.Run("DELETE FROM segment_members WHERE segment_no = ?1 AND profile_no = ?2", segment, profile);
        if (changed == 0)
        {
            return false;
        }

        var number = transaction.Next(Counter.Move);
        transaction.Db.Run("INSERT INTO segment_history(move_no, segment_no, profile_id, entered, at) VALUES (?1, ?2, ?3, ?4, ?5)", number, segment, id, entered, at);
        transaction.Recent.Add(transaction.Db, number, segment, id, entered, at);
        return true;
    }

    public static void Grow(WriteTransaction transaction, long segment, long by) =>
        transaction.Db.Run("UPDATE segments SET size = size + ?2 WHERE segment_no = ?1", segment, by);

    /// <summary>A profile that is no more leaves all its segments.</summary>
    public static void RemoveProfile(WriteTransaction transaction, long profile, ProfileId id, DateTimeOffset at)
    {
        var segments = new List<long>();
        using (var rows = transaction.Db.Query("SELECT segment_no FROM segment_members WHERE profile_no = ?1", profile))
        {
            while (rows.Step())
            {
                segments.Add(rows.Long(0));
            }
        }

        foreach (var segment in segments)
        {
            Leave(transaction, segment, profile, id, at);
            NoteSize(transaction.Db, segment, at);
        }
    }

    /// <summary>Keeps the size that a segment has come to, one a minute.</summary>
    public static void NoteSize(SqlConnection db, long segment, DateTimeOffset at) => db.Run(
        """
        INSERT INTO segment_sizes(segment_no, minute, at, size) SELECT segment_no, ?2, ?3, size FROM segments WHERE segment_no = ?1
        ON CONFLICT(segment_no, minute) DO UPDATE SET at = excluded.at, size = excluded.size
        """,
        segment, at.UtcTicks / TimeSpan.TicksPerMinute, at);

    /// <summary>The id of a profile that there is.</summary>
    public static ProfileId? IdOf(SqlConnection db, long profile)
    {
        using var rows = db.Query("SELECT profile_id FROM profiles WHERE profile_no = ?1", profile);
        return rows.Step() ? rows.Id(0) : null;
    }

    private static bool Tell(WriteTransaction transaction, long segment, long profile, long by)
    {
        Grow(transaction, segment, by);
        transaction.Feed(ChangeKind.Membership, profile);
        return true;
    }
}
