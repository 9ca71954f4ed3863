namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>Numbers that only grow and are never used twice, not even when the row that had the highest is deleted.</summary>
internal enum Counter
{
    Record = 1,
    Sequence = 2,
    Node = 3,
    Activity = 4,
    Profile = 5,
    Feed = 6,
    PluginValue = 7,
    Move = 8,
}

/// <summary>The counters of a database, held by its writer and stored with every commit that moved them.</summary>
internal sealed class Counters
{
    private const int Count = 9;

    private readonly long[] _values = new long[Count];
    private readonly long[] _stored = new long[Count];

    /// <summary>How far the change feed is committed.</summary>
    public Watermark Feed { get; } = new();

    /// <summary>How far moves in and out of segments are committed.</summary>
    public Watermark Moves { get; } = new();

    public static Counters Load(SqlConnection db)
    {
        var counters = new Counters();
        using var rows = db.Query("SELECT counter, value FROM counters");
        while (rows.Step())
        {
            counters._values[rows.Int(0)] = counters._stored[rows.Int(0)] = rows.Long(1);
        }

        counters.Raise();
        return counters;
    }

    public long Next(Counter counter) => ++_values[(int)counter];

    public long Last(Counter counter) => _values[(int)counter];

    public long[] Snapshot() => [.. _values];

    public void Restore(long[] snapshot) => snapshot.CopyTo(_values, 0);

    /// <summary>Writes what moved, as part of the running transaction.</summary>
    public void Flush(SqlConnection db)
    {
        for (var i = 0; i < Count; i++)
        {
            if (_values[i] != _stored[i])
            {
                db.Run("INSERT INTO counters(counter, value) VALUES (?1, ?2) ON CONFLICT(counter) DO UPDATE SET value = excluded.value", i, _values[i]);
            }
        }
    }

    public void Committed()
    {
        _values.CopyTo(_stored, 0);
        Raise();
    }

    public void RolledBack() => _stored.CopyTo(_values, 0);

    private void Raise()
    {
        Feed.Raise(_stored[(int)Counter.Feed]);
        Moves.Raise(_stored[(int)Counter.Move]);
    }
}
