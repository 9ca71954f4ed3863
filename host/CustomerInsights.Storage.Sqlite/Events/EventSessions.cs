using System.Security.Cryptography;
using CustomerInsights.Storage.Events;
using CustomerInsights.Storage.Sqlite.Activities;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Events;

/// <summary>
/// The sessions that a batch's page views are parts of: activities in a stream of their own, found by the visitor's node and changed in place. A session keeps its
/// id as long as it grows; of two that a late view joins, the earlier one stays. What a batch changes of one is written once, at its end.
/// </summary>
internal sealed class EventSessions(WriteTransaction transaction) : IDisposable
{
    private const int HashBytes = 16;

    private readonly Dictionary<(int Stream, long Visitor), List<Session>> _visitors = [];
    private readonly List<long> _joined = [];

    // By start, downwards: sessions of a visitor lie apart, so the first that ends before the view's reach ends the search.
    private readonly SqlStatement _before = transaction.Db.Query(
        """
        SELECT activity_no, document FROM activities INDEXED BY activities_by_node
        WHERE node_id = ?1 AND at <= ?2 AND at > ?5 AND type_no = ?3 AND stream_no = ?4 ORDER BY at DESC
        """);

    private readonly SqlStatement _insert = transaction.Db.Query(
        "INSERT INTO activities(activity_no, stream_no, type_no, node_id, at, hash, key, document) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)");

    private readonly SqlStatement _update = transaction.Db.Query("UPDATE activities SET at = ?2, hash = ?3, document = ?4 WHERE activity_no = ?1");

    private long? _type;

    private long Type => _type ??= ActivityTypes.Ensure(transaction.Db, WebSession.ActivityType);

    /// <summary>Puts a page view into the visitor's session.</summary>
    /// <param name="stream">The source's stream of sessions.</param>
    /// <param name="visitor">The visitor's node.</param>
    /// <param name="key">Names the session, should one begin here.</param>
    /// <param name="view">The view.</param>
    public void Add(int stream, long visitor, string key, PageView view)
    {
        if (!_visitors.TryGetValue((stream, visitor), out var known))
        {
            _visitors.Add((stream, visitor), known = []);
        }

        Load(stream, visitor, view, known);
        var session = WebSession.Of(view);
        Session? keeper = null;
        foreach (var one in known.Where(one => one.Stands.Touches(session)).OrderBy(one => one.Stands.Started).ThenBy(one => one.Id ?? long.MaxValue).ToList())
        {
            session = session.With(one.Stands);
            if (keeper is null)
            {
                keeper = one;
                continue;
            }

            // One that is stored keeps its id before one that is not.
            var goes = keeper.Id is null && one.Id is not null ? keeper : one;
            keeper = goes == one ? keeper : one;
            known.Remove(goes);
            if (goes.Id is { } stored)
            {
                _joined.Add(stored);
            }
        }

        if (keeper is null)
        {
            known.Add(keeper = new Session(null, key, session));
        }

        keeper.Stands = session;
        keeper.Changed = true;
    }

    /// <summary>Writes what changed; gives the visitors and the type number of sessions.</summary>
    public IEnumerable<(long Visitor, long Type)> Store()
    {
        foreach (var id in _joined)
        {
            transaction.Db.Run("DELETE FROM activities WHERE activity_no = ?1", id);
        }

        foreach (var ((stream, visitor), sessions) in _visitors)
        {
            foreach (var session in sessions.Where(session => session.Changed))
            {
                Write(stream, visitor, session);
            }

            yield return (visitor, Type);
        }
    }

    public void Dispose()
    {
        _before.Dispose();
        _insert.Dispose();
        _update.Dispose();
    }

    private void Load(int stream, long visitor, PageView view, List<Session> known)
    {
        // What reaches around the view on both sides needs no look into the store. What began before one that is known ended too long before it.
        if (known.Exists(one => one.Stands.Started <= view.At && view.At <= one.Stands.Ended))
        {
            return;
        }

        _before.Bind(1, visitor);
        _before.Bind(2, (view.At + WebSession.Pause).UtcTicks);
        _before.Bind(3, Type);
        _before.Bind(4, stream);
        _before.Bind(5, known.Where(one => one.Stands.Started <= view.At).Select(one => one.Stands.Started.UtcTicks).DefaultIfEmpty(-1).Max());
        try
        {
            while (_before.Step())
            {
                var id = _before.Long(0);
                var stored = WebSession.Read(_before.Span(1));
                if (view.At - stored.Ended > WebSession.Pause)
                {
                    return;
                }

                if (!known.Exists(one => one.Id == id) && !_joined.Contains(id))
                {
                    known.Add(new Session(id, "", stored));
                }
            }
        }
        finally
        {
            _before.Reset();
        }
    }

    private void Write(int stream, long visitor, Session session)
    {
        var document = session.Stands.Write();
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(document, hash);
        if (session.Id is { } id)
        {
            _update.Bind(1, id);
            _update.Bind(2, session.Stands.Started.UtcTicks);
            _update.Bind(3, hash[..HashBytes]);
            _update.Bind(4, document.AsSpan());
            _update.Run();
            return;
        }

        _insert.Bind(1, transaction.Next(Counter.Activity));
        _insert.Bind(2, stream);
        _insert.Bind(3, Type);
        _insert.Bind(4, visitor);
        _insert.Bind(5, session.Stands.Started.UtcTicks);
        _insert.Bind(6, hash[..HashBytes]);
        _insert.Bind(7, session.Key);
        _insert.Bind(8, document.AsSpan());
        _insert.Run();
    }

    private sealed class Session(long? id, string key, WebSession stands)
    {
        public long? Id => id;

        public string Key => key;

        public WebSession Stands { get; set; } = stands;

        public bool Changed { get; set; }
    }
}
