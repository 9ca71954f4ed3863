using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Activities;

/// <summary>
/// What a restarted projection has touched so far, kept in the database between its batches (and over a crash), so that the last one can remove the rest
/// and equal rows need no write.
/// </summary>
internal sealed class ProjectionTouch
{
    private const int NodeBits = 1;
    private const int ActivityBits = 2;

    private readonly NumberSet _nodes = new();
    private readonly NumberSet _activities = new();
    private readonly SqlConnection _db;
    private readonly int _stream;

    public ProjectionTouch(SqlConnection db, int stream)
    {
        (_db, _stream) = (db, stream);
        using var rows = db.Query("SELECT what, chunk, bits FROM projection_seen WHERE stream_no = ?1", stream);
        while (rows.Step())
        {
            (rows.Int(0) == NodeBits ? _nodes : _activities).LoadChunk(rows.Long(1), rows.Blob(2));
        }
    }

    /// <summary>True while the projection is a restarted one; a new restart forgets what an earlier one touched.</summary>
    public static bool Enter(SqlConnection db, ProjectionBatch batch)
    {
        using var rows = db.Query("SELECT sequence, mapping, restarting FROM projection_positions WHERE stream_no = ?1", batch.Stream);
        var goesOn = rows.Step() && rows.Flag(2) && rows.Text(1) == batch.Position.Mapping && batch.Position.Sequence >= rows.Long(0);
        if (batch.Restart && !goesOn)
        {
            Clear(db, batch.Stream);
        }

        return batch.Restart || goesOn;
    }

    public static void Clear(SqlConnection db, int stream) => db.Run("DELETE FROM projection_seen WHERE stream_no = ?1", stream);

    public void Node(long id) => _nodes.Add(id);

    public void Activity(long number) => _activities.Add(number);

    public void Store()
    {
        Store(NodeBits, _nodes);
        Store(ActivityBits, _activities);
    }

    public List<long> UntouchedNodes()
    {
        using var rows = _db.Query("SELECT node_id FROM nodes WHERE stream_no = ?1 AND present = 1", _stream);
        var untouched = new List<long>();
        while (rows.Step())
        {
            if (!_nodes.Contains(rows.Long(0)))
            {
                untouched.Add(rows.Long(0));
            }
        }

        return untouched;
    }

    /// <summary>With their nodes; 0 for none.</summary>
    public List<(long Number, long Node, long Type)> UntouchedActivities()
    {
        using var rows = _db.Query("SELECT activity_no, node_id, type_no FROM activities WHERE stream_no = ?1", _stream);
        var untouched = new List<(long, long, long)>();
        while (rows.Step())
        {
            if (!_activities.Contains(rows.Long(0)))
            {
                untouched.Add((rows.Long(0), rows.Long(1), rows.Long(2)));
            }
        }

        return untouched;
    }

    private void Store(int what, NumberSet set)
    {
        foreach (var chunk in set.TakeUnstored())
        {
            _db.Run(
                "INSERT OR REPLACE INTO projection_seen(stream_no, what, chunk, bits) VALUES (?1, ?2, ?3, ?4)", _stream, what, chunk, set.Chunk(chunk));
        }
    }
}
