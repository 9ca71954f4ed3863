using System.Security.Cryptography;
using CustomerInsights.Storage.Events;
using CustomerInsights.Storage.Identifiers;
using CustomerInsights.Storage.Sqlite.Activities;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Identifiers;
using CustomerInsights.Storage.Sqlite.Profiles;
using CustomerInsights.Storage.Sqlite.Records;

namespace CustomerInsights.Storage.Sqlite.Events;

/// <summary>Writes one batch of events, with statements that are prepared once and identities that are looked up once.</summary>
internal sealed class EventProjection : IDisposable
{
    private const int HashBytes = 16;

    private readonly WriteTransaction _transaction;
    private readonly SqlConnection _db;
    private readonly EventIdentities _identities;
    private readonly EventSessions _sessions;
    private readonly SqlStatement _fate;
    private readonly SqlStatement _again;
    private readonly SqlStatement _activity;
    private readonly SqlStatement _outcome;
    private readonly SqlStatement _edge;
    private readonly Dictionary<string, Streams?> _sources = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _types = new(StringComparer.Ordinal);
    private readonly Dictionary<string, long> _profileTypes = new(StringComparer.Ordinal);
    private readonly HashSet<(ChangeKind Kind, long Id, long? Type)> _changes = [];
    private readonly Dictionary<(long First, long Other, string Type, string Rule), long> _asserted = [];
    private int _accepted;
    private int _refused;
    private int _duplicates;

    public EventProjection(WriteTransaction transaction)
    {
        (_transaction, _db) = (transaction, transaction.Db);
        _identities = new EventIdentities(transaction);
        _sessions = new EventSessions(transaction);
        _fate = _db.Query(
            """
            INSERT INTO event_fates(fate_no, stream_no, received_at, projected_at, kind, message_id, refused, rule, note)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9) ON CONFLICT DO NOTHING
            """,
            default, default, default, transaction.Now);
        _again = _db.Query("UPDATE event_fates SET duplicates = duplicates + 1 WHERE message_id = ?1 AND stream_no = ?2");
        _activity = _db.Query(
            """
            INSERT INTO activities(activity_no, stream_no, type_no, node_id, at, hash, key, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8) ON CONFLICT DO NOTHING
            """);
        _outcome = _db.Query("UPDATE event_fates SET node_id = ?2, activity_no = ?3 WHERE fate_no = ?1");
        _edge = _db.Query(
            """
            INSERT INTO edges(a, b, type_no, kind, rule, score, at) VALUES (?1, ?2, ?3, 0, ?4, 1, ?5)
            ON CONFLICT DO UPDATE SET at = excluded.at WHERE at IS NULL OR at > excluded.at
            """);
    }

    public EventCounts Run(EventBatch batch)
    {
        foreach (var one in batch.Events)
        {
            if (SourceOf(one.Source) is { } streams)
            {
                Project(one, streams);
            }
        }

        foreach (var node in _identities.Store())
        {
            _changes.Add((ChangeKind.Node, node, null));
        }

        foreach (var (visitor, type) in _sessions.Store())
        {
            _changes.Add((ChangeKind.Activity, visitor, type));
        }

        foreach (var (kind, id, type) in _changes)
        {
            _transaction.Feed(kind, id, type);
        }

        _db.Run("INSERT INTO event_position(only, position) VALUES (1, ?1) ON CONFLICT DO UPDATE SET position = MAX(position, excluded.position)", batch.Position);
        return new EventCounts(_accepted, _refused, _duplicates);
    }

    public void Dispose()
    {
        _fate.Dispose();
        _again.Dispose();
        _activity.Dispose();
        _outcome.Dispose();
        _edge.Dispose();
        _identities.Dispose();
        _sessions.Dispose();
    }

    private void Project(ProjectedEvent one, Streams streams)
    {
        if (!Remember(one, streams))
        {
            Duplicate(one, streams);
            return;
        }

        if (one.Refused is not null)
        {
            _refused++;
            return;
        }

        var nodes = one.Identities.Select(identity => _identities.Of(streams.Identities, identity, one.At)).ToList();
        long? number = null;
        if (one.ActivityType is { } type)
        {
            number = Activity(one, streams, type, nodes[0].Id);
            if (number is null)
            {
                // Its fate was forgotten, the activity is there: the same event came again, after the window.
                _duplicates++;
                return;
            }
        }

        _identities.Give(nodes[0], one.Traits, one.At);
        foreach (var other in nodes.Skip(1))
        {
            Assert(nodes[0].Id, other.Id, one);
        }

        if (one.View is { } view && streams.Sessions is { } sessions)
        {
            _sessions.Add(sessions, nodes[^1].Id, one.MessageId, view);
        }

        foreach (var identifier in one.Seen)
        {
            IdentifierWriting.See(_transaction, new IdentifierSeen(identifier.Type, identifier.Value, one.At, one.Source));
        }

        Bind(_outcome, 1, one.Position);
        Bind(_outcome, 2, nodes[0].Id);
        Bind(_outcome, 3, number);
        _outcome.Run();
        _accepted++;
    }

    private bool Remember(ProjectedEvent one, Streams streams)
    {
        _fate.Bind(1, one.Position);
        _fate.Bind(2, streams.Events);
        _fate.Bind(3, one.ReceivedAt.UtcTicks);
        _fate.Bind(5, one.Kind);
        _fate.Bind(6, one.MessageId);
        Bind(_fate, 7, one.Refused);
        Bind(_fate, 8, one.Rule);
        Bind(_fate, 9, one.Note);
        return _fate.Run() > 0;
    }

    private void Duplicate(ProjectedEvent one, Streams streams)
    {
        _again.Bind(1, one.MessageId);
        _again.Bind(2, streams.Events);
        _again.Run();
        _duplicates++;
    }

    private long? Activity(ProjectedEvent one, Streams streams, string typeName, long node)
    {
        if (!_types.TryGetValue(typeName, out var type))
        {
            _types.Add(typeName, type = ActivityTypes.Ensure(_db, typeName));
        }

        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(one.Document, hash);
        var number = _transaction.Last(Counter.Activity) + 1;
        _activity.Bind(1, number);
        _activity.Bind(2, streams.Events);
        _activity.Bind(3, type);
        _activity.Bind(4, node);
        _activity.Bind(5, one.At.UtcTicks);
        _activity.Bind(6, hash[..HashBytes]);
        _activity.Bind(7, one.MessageId);
        _activity.Bind(8, one.Document.AsSpan());
        if (_activity.Run() == 0)
        {
            return null;
        }

        _changes.Add((ChangeKind.Activity, node, type));
        return _transaction.Next(Counter.Activity);
    }

    private void Assert(long first, long other, ProjectedEvent one)
    {
        // What a batch says of a pair again and again is written once, unless it is said of an earlier time: who was identified first decides.
        var pair = (first, other, one.ProfileType, one.EdgeRule);
        if (first == other || (_asserted.TryGetValue(pair, out var earliest) && earliest <= one.At.UtcTicks))
        {
            return;
        }

        _asserted[pair] = one.At.UtcTicks;

        if (!_profileTypes.TryGetValue(one.ProfileType, out var type))
        {
            _profileTypes.Add(one.ProfileType, type = ProfileRows.EnsureType(_db, one.ProfileType));
        }

        _edge.Bind(1, Math.Min(first, other));
        _edge.Bind(2, Math.Max(first, other));
        _edge.Bind(3, type);
        _edge.Bind(4, one.EdgeRule);
        _edge.Bind(5, one.At.UtcTicks);
        if (_edge.Run() > 0)
        {
            _changes.Add((ChangeKind.Node, first, null));
            _changes.Add((ChangeKind.Node, other, null));
        }
    }

    private Streams? SourceOf(string source)
    {
        if (!_sources.TryGetValue(source, out var streams))
        {
            var (identities, events) = (StreamRows.Find(_db, source + ".identities"), StreamRows.Find(_db, source + ".events"));
            _sources.Add(source, streams = identities is null || events is null ? null : new Streams(identities.Number, events.Number, StreamRows.Find(_db, source + ".sessions")?.Number));
        }

        return streams;
    }

    private static void Bind(SqlStatement statement, int index, string? text)
    {
        if (text is null)
        {
            statement.BindNull(index);
        }
        else
        {
            statement.Bind(index, text);
        }
    }

    private static void Bind(SqlStatement statement, int index, long? number)
    {
        if (number is { } some)
        {
            statement.Bind(index, some);
        }
        else
        {
            statement.BindNull(index);
        }
    }

    private sealed record Streams(int Identities, int Events, int? Sessions);
}
