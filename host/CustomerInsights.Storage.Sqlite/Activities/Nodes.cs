using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Activities;

/// <summary>Rows of nodes. A node keeps the number of its record, so that reading all nodes with their records walks both in order.</summary>
internal static class Nodes
{
    public static Node? Find(SqlConnection db, int stream, string key)
    {
        using var rows = db.Query("SELECT node_id, present, record_sequence FROM nodes WHERE stream_no = ?1 AND key = ?2", stream, key);
        return rows.Step() ? new Node(rows.Long(0), rows.Flag(1), rows.LongOrNull(2)) : null;
    }

    public static void Insert(SqlConnection db, long id, int stream, string key) =>
        db.Run("INSERT INTO nodes(node_id, stream_no, present, key) VALUES (?1, ?2, 0, ?3)", id, stream, key);

    public static void SetPresent(SqlConnection db, long id, long? record, long? sequence) =>
        db.Run("UPDATE nodes SET present = 1, record_no = ?2, record_sequence = ?3 WHERE node_id = ?1", id, record, sequence);

    public static void SetAbsent(SqlConnection db, long id) =>
        db.Run("UPDATE nodes SET present = 0, record_sequence = NULL WHERE node_id = ?1", id);

    /// <summary>The number and last change of a record.</summary>
    public static (long? Number, long? Sequence) Record(SqlConnection db, int stream, string key)
    {
        using var rows = db.Query("SELECT record_no, sequence FROM records WHERE stream_no = ?1 AND key = ?2", stream, key);
        return rows.Step() ? (rows.Long(0), rows.Long(1)) : (null, null);
    }

    internal sealed record Node(long Id, bool Present, long? Sequence);
}
