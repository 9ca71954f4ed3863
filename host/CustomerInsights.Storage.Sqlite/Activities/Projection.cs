using System.Security.Cryptography;
using CustomerInsights.Storage.Activities;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Activities;

/// <summary>Writes one batch of the projector: nodes, activities, feed rows, and the position, which belongs to what it projected.</summary>
internal sealed class Projection(WriteTransaction transaction, ProjectionBatch batch) : IDisposable
{
    private const int HashBytes = 16;

    private readonly SqlConnection _db = transaction.Db;
    private readonly HashSet<(ChangeKind Kind, long Id, long? Type)> _changes = [];
    private readonly Dictionary<string, long> _types = new(StringComparer.Ordinal);
    private readonly SqlStatement _find = transaction.Db.Query(
        "SELECT activity_no, type_no, node_id, at, hash FROM activities WHERE stream_no = ?1 AND key = ?2", batch.Stream, default);

    private readonly SqlStatement _insert = transaction.Db.Query(
        """
        INSERT INTO activities(activity_no, stream_no, type_no, node_id, at, hash, key, document)
        VALUES (?2, ?1, ?3, ?4, ?5, ?6, ?7, ?8)
        """,
        batch.Stream);

    private ProjectionTouch? _touch;
    private long _written;
    private long _unchanged;

    public ProjectionCounts Run()
    {
        if (_db.Number("SELECT 1 FROM streams WHERE stream_no = ?1 AND name IS NOT NULL", batch.Stream) is null)
        {
            throw new StoreConflictException(FormattableString.Invariant($"There is no stream {batch.Stream}."));
        }

        var restarting = ProjectionTouch.Enter(_db, batch);
        _touch = restarting ? new ProjectionTouch(_db, batch.Stream) : null;
        foreach (var (key, present) in batch.Nodes)
        {
            WriteNode(key, present);
        }

        foreach (var activity in batch.Activities)
        {
            WriteActivity(activity);
        }

        foreach (var key in batch.DeletedActivities)
        {
            DeleteActivity(key);
        }

        var sweep = restarting && batch.Last;
        if (sweep)
        {
            Sweep();
        }
        else
        {
            _touch?.Store();
        }

        _db.Run(
            """
            INSERT INTO projection_positions(stream_no, sequence, mapping, restarting) VALUES (?1, ?2, ?3, ?4)
            ON CONFLICT(stream_no) DO UPDATE SET sequence = excluded.sequence, mapping = excluded.mapping, restarting = excluded.restarting
            WHERE sequence <> excluded.sequence OR mapping <> excluded.mapping OR restarting <> excluded.restarting
            """,
            batch.Stream, batch.Position.Sequence, batch.Position.Mapping, restarting && !sweep);
        foreach (var (kind, id, type) in _changes)
        {
            transaction.Feed(kind, id, type);
        }

        return new ProjectionCounts(_written, _unchanged);
    }

    public void Dispose()
    {
        _find.Dispose();
        _insert.Dispose();
    }

    private void WriteNode(string key, bool present)
    {
        var node = Nodes.Find(_db, batch.Stream, key);
        if (!present)
        {
            if (node is { Present: true })
            {
                Nodes.SetAbsent(_db, node.Id);
                Changed(ChangeKind.Node, node.Id);
            }
            else
            {
                _unchanged++;
            }

            return;
        }

        var (number, sequence) = Nodes.Record(_db, batch.Stream, key);
        if (node is null)
        {
            node = new Nodes.Node(transaction.Next(Counter.Node), false, null);
            Nodes.Insert(_db, node.Id, batch.Stream, key);
        }

        _touch?.Node(node.Id);
        if (node.Present && node.Sequence == sequence)
        {
            _unchanged++;
            return;
        }

        Nodes.SetPresent(_db, node.Id, number, sequence);
        Changed(ChangeKind.Node, node.Id);
    }

    private void WriteActivity(ProjectedActivity activity)
    {
        var type = Type(activity.Type);
        var node = activity is { LinkStream: { } stream, LinkKey: { } key } ? NodeOf(stream, key) : (long?)null;
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(Content(activity), hash);
        hash = hash[..HashBytes];

        _find.Bind(2, activity.Key);
        try
        {
            if (_find.Step())
            {
                Update(activity, type, node, hash);
                return;
            }
        }
        finally
        {
            _find.Reset();
        }

        var number = transaction.Next(Counter.Activity);
        _insert.Bind(2, number);
        _insert.Bind(3, type);
        BindNode(node);
        _insert.Bind(5, activity.At.UtcTicks);
        _insert.Bind(6, hash);
        _insert.Bind(7, activity.Key);
        _insert.Bind(8, activity.Document.AsSpan());
        _insert.Run();
        _touch?.Activity(number);
        WriteOthers(activity, number, type, isNew: true);
        Changed(ChangeKind.Activity, node ?? 0, type);
    }

    // What decides whether it is the same: its document alone where there is nothing else.
    private static byte[] Content(ProjectedActivity activity) => activity is { Match: null, Participants.Count: 0 }
        ? activity.Document
        : [.. activity.Document, .. activity.Match ?? [], .. System.Text.Encoding.UTF8.GetBytes(string.Join('\u001f', activity.Participants.Select(one => FormattableString.Invariant($"{one.Role}={one.Stream}/{one.Key}"))))];

    private void WriteOthers(ProjectedActivity activity, long number, long type, bool isNew)
    {
        if (activity.Match is { } match)
        {
            _db.Run("INSERT INTO activity_matches(activity_no, key) VALUES (?1, ?2) ON CONFLICT(activity_no) DO UPDATE SET key = excluded.key", number, match);
        }
        else if (!isNew)
        {
            _db.Run("DELETE FROM activity_matches WHERE activity_no = ?1", number);
        }

        if (!isNew)
        {
            _db.Run("DELETE FROM activity_participants WHERE activity_no = ?1", number);
        }

        foreach (var participant in activity.Participants)
        {
            var node = NodeOf(participant.Stream, participant.Key);
            _db.Run("INSERT OR IGNORE INTO activity_participants(activity_no, role, node_id) VALUES (?1, ?2, ?3)", number, participant.Role, node);
            _changes.Add((ChangeKind.Activity, node, type));
        }
    }

    private void Update(ProjectedActivity activity, long type, long? node, ReadOnlySpan<byte> hash)
    {
        var number = _find.Long(0);
        var before = _find.LongOrNull(2);

        // Who it was given to by its attributes stays until they are looked at again.
        node = node is null && activity.Match is not null ? before : node;
        var typeBefore = _find.Long(1);
        _touch?.Activity(number);
        if (typeBefore == type && before == node && _find.Long(3) == activity.At.UtcTicks && hash.SequenceEqual(_find.Span(4)))
        {
            _unchanged++;
            return;
        }

        _db.Run(
            "UPDATE activities SET type_no = ?2, node_id = ?3, at = ?4, hash = ?5, document = ?6 WHERE activity_no = ?1",
            number, type, node, activity.At, hash.ToArray(), activity.Document);
        WriteOthers(activity, number, type, isNew: false);
        Changed(ChangeKind.Activity, before ?? 0, typeBefore);
        if (node != before || type != typeBefore)
        {
            _changes.Add((ChangeKind.Activity, node ?? 0, type));
        }
    }

    private void DeleteActivity(string key)
    {
        long number;
        long node;
        long type;
        using (var rows = _db.Query("SELECT activity_no, node_id, type_no FROM activities WHERE stream_no = ?1 AND key = ?2", batch.Stream, key))
        {
            if (!rows.Step())
            {
                _unchanged++;
                return;
            }

            (number, node, type) = (rows.Long(0), rows.Long(1), rows.Long(2));
        }

        _db.Run("DELETE FROM activities WHERE activity_no = ?1", number);
        Changed(ChangeKind.Activity, node, type);
    }

    private void Sweep()
    {
        foreach (var node in _touch!.UntouchedNodes())
        {
            Nodes.SetAbsent(_db, node);
            Changed(ChangeKind.Node, node);
        }

        foreach (var (number, node, type) in _touch.UntouchedActivities())
        {
            _db.Run("DELETE FROM activities WHERE activity_no = ?1", number);
            Changed(ChangeKind.Activity, node, type);
        }

        ProjectionTouch.Clear(_db, batch.Stream);
    }

    // The node may come before its record; then it is linked by itself when the record comes.
    private long NodeOf(int stream, string key)
    {
        if (Nodes.Find(_db, stream, key) is { } known)
        {
            return known.Id;
        }

        var id = transaction.Next(Counter.Node);
        Nodes.Insert(_db, id, stream, key);
        return id;
    }

    private long Type(string name)
    {
        if (!_types.TryGetValue(name, out var number))
        {
            _types.Add(name, number = ActivityTypes.Ensure(_db, name));
        }

        return number;
    }

    private void BindNode(long? node)
    {
        if (node is { } some)
        {
            _insert.Bind(4, some);
        }
        else
        {
            _insert.BindNull(4);
        }
    }

    // One feed row a node, type and batch, however many of its activities changed. Activities of no node are told as those of node 0.
    private void Changed(ChangeKind kind, long id, long? type = null)
    {
        _written++;
        _changes.Add((kind, id, type));
    }
}
