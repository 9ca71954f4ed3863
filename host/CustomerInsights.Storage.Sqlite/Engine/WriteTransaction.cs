namespace CustomerInsights.Storage.Sqlite.Engine;

/// <summary>What a write command sees: the writer's connection inside a transaction.</summary>
internal sealed class WriteTransaction(SqlConnection db, Counters counters, RecentMoves recent, TimeProvider time)
{
    private readonly List<Action> _undo = [];

    public SqlConnection Db => db;

    public DateTimeOffset Now => time.GetUtcNow();

    /// <summary>The last moves in and out of segments; it is told of each.</summary>
    public RecentMoves Recent => recent;

    public long Next(Counter counter) => counters.Next(counter);

    public long Last(Counter counter) => counters.Last(counter);

    /// <summary>Adds a row to the change feed.</summary>
    public void Feed(ChangeKind kind, long id, long? activityType = null) =>
        db.Run("INSERT INTO feed(seq, kind, id, type_no) VALUES (?1, ?2, ?3, ?4)", counters.Next(Counter.Feed), (long)kind, id, activityType);

    public void Audit(string actor, string action, string subject, string? detail = null) =>
        db.Run("INSERT INTO audit(at, actor, action, subject, detail) VALUES (?1, ?2, ?3, ?4, ?5)", Now, actor, action, subject, detail);

    /// <summary>Takes back a change to memory when the command's rows are rolled back.</summary>
    public void OnRollback(Action undo) => _undo.Add(undo);

    internal int Mark() => _undo.Count;

    internal void UndoTo(int mark)
    {
        for (var i = _undo.Count - 1; i >= mark; i--)
        {
            _undo[i]();
        }

        _undo.RemoveRange(mark, _undo.Count - mark);
        recent.UndoTo(counters.Last(Counter.Move));
    }

    /// <summary>Before anybody is told of the commit.</summary>
    internal void Committed()
    {
        _undo.Clear();
        recent.Committed();
    }
}
