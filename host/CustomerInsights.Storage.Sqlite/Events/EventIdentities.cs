using System.Security.Cryptography;
using System.Text.Json;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Events;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Events;

/// <summary>
/// The identities that a batch tells of: each has a record, so that unification reads it as any record, and a node. What a batch changes of one is written
/// once, at its end.
/// </summary>
internal sealed class EventIdentities(WriteTransaction transaction) : IDisposable
{
    private const int HashBytes = 16;

    /// <summary>A write key stands in web pages: whoever has it must not make a record grow without end.</summary>
    private const int MostTraits = 500;

    private readonly SqlConnection _db = transaction.Db;
    private readonly Dictionary<(int Stream, EventIdentity Identity), Identity> _known = [];
    private readonly SqlStatement _find = transaction.Db.Query(
        """
        SELECT n.node_id, n.record_no, n.present, i.last_seen, i.trait_times FROM nodes n LEFT JOIN event_identities i ON i.node_id = n.node_id
        WHERE n.stream_no = ?1 AND n.key = ?2
        """);

    private readonly SqlStatement _seen = transaction.Db.Query(
        """
        INSERT INTO event_identities(node_id, last_seen, trait_times) VALUES (?1, ?2, ?3)
        ON CONFLICT DO UPDATE SET last_seen = excluded.last_seen, trait_times = excluded.trait_times
        """);

    /// <summary>An identity, made if absent.</summary>
    public Identity Of(int stream, EventIdentity identity, DateTimeOffset at)
    {
        if (!_known.TryGetValue((stream, identity), out var known))
        {
            _known.Add((stream, identity), known = Find(stream, identity) ?? new Identity(transaction.Next(Counter.Node), stream, identity) { IsNew = true, Changed = true });
        }

        known.LastSeen = Math.Max(known.LastSeen, at.UtcTicks);
        return known;
    }

    /// <summary>Gives traits to an identity. Of each trait the newest stands; of two at the same time the larger, so that order decides nothing.</summary>
    public void Give(Identity identity, IReadOnlyList<KeyValuePair<string, Value>> traits, DateTimeOffset at)
    {
        if (traits.Count == 0)
        {
            return;
        }

        identity.Traits ??= identity.IsNew || identity.Record is null ? Own(identity.Name) : Read(identity);
        foreach (var (name, value) in traits)
        {
            var before = identity.Times.GetValueOrDefault(name, long.MinValue);
            if (before == long.MinValue && identity.Times.Count >= MostTraits)
            {
                continue;
            }

            if (before > at.UtcTicks || (before == at.UtcTicks && string.CompareOrdinal(value.ToString(), identity.Traits.GetValueOrDefault(name).ToString()) <= 0))
            {
                continue;
            }

            identity.Times[name] = at.UtcTicks;
            identity.TimesChanged = true;
            if (!identity.Traits.TryGetValue(name, out var stands) || stands != value)
            {
                // A trait that is set to nothing is kept as such: what an older event says of it must not come back.
                identity.Traits[name] = value;
                identity.Changed = true;
            }
        }
    }

    /// <summary>Writes what changed; gives the nodes whose record did.</summary>
    public IEnumerable<long> Store()
    {
        var grown = new Dictionary<int, int>();
        foreach (var identity in _known.Values)
        {
            if (identity.Changed)
            {
                grown[identity.Stream] = grown.GetValueOrDefault(identity.Stream) + (identity.Record is null ? 1 : 0);
                Write(identity);
                yield return identity.Id;
            }

            if (identity.IsNew || identity.TimesChanged || identity.LastSeen > identity.SeenBefore)
            {
                _seen.Bind(1, identity.Id);
                _seen.Bind(2, identity.LastSeen);
                if (identity.Times.Count == 0)
                {
                    _seen.BindNull(3);
                }
                else
                {
                    _seen.Bind(3, JsonSerializer.Serialize(identity.Times));
                }

                _seen.Run();
            }
        }

        foreach (var (stream, more) in grown)
        {
            _db.Run("UPDATE streams SET record_count = record_count + ?2, last_sequence = ?3 WHERE stream_no = ?1", stream, more, transaction.Last(Counter.Sequence));
        }
    }

    public void Dispose()
    {
        _find.Dispose();
        _seen.Dispose();
    }

    private Identity? Find(int stream, EventIdentity identity)
    {
        _find.Bind(1, stream);
        _find.Bind(2, identity.Key);
        try
        {
            if (!_find.Step())
            {
                return null;
            }

            var found = new Identity(_find.Long(0), stream, identity)
            {
                Record = _find.LongOrNull(1),
                Changed = !_find.Flag(2),
                SeenBefore = _find.LongOrNull(3) ?? long.MinValue,
            };
            found.LastSeen = found.SeenBefore;
            if (!_find.IsNull(4))
            {
                found.Times = JsonSerializer.Deserialize<Dictionary<string, long>>(_find.Text(4)) ?? [];
            }

            return found;
        }
        finally
        {
            _find.Reset();
        }
    }

    private Dictionary<string, Value> Read(Identity identity)
    {
        using var rows = _db.Query("SELECT document FROM records WHERE record_no = ?1", identity.Record!.Value);
        return rows.Step() && rows.BlobOrNull(0) is { } document ? ValueDocument.Read(document) : Own(identity.Name);
    }

    private static Dictionary<string, Value> Own(EventIdentity name) => new(StringComparer.Ordinal) { [name.Type] = Value.Of(name.Value) };

    private void Write(Identity identity)
    {
        var traits = identity.Traits ?? (identity.Record is null ? Own(identity.Name) : Read(identity));
        List<string> names = [.. traits.Keys.Order(StringComparer.Ordinal)];
        var document = ValueDocument.Write(names, [.. names.Select(name => traits[name])]);
        Span<byte> hash = stackalloc byte[SHA256.HashSizeInBytes];
        SHA256.HashData(document, hash);
        var bytes = hash[..HashBytes].ToArray();
        var sequence = transaction.Next(Counter.Sequence);
        if (identity.Record is { } record)
        {
            _db.Run("UPDATE records SET sequence = ?2, changed_at = ?3, hash = ?4, document = ?5 WHERE record_no = ?1", record, sequence, transaction.Now, bytes, document);
        }
        else
        {
            identity.Record = record = transaction.Next(Counter.Record);
            _db.Run(
                "INSERT INTO records(record_no, stream_no, sequence, changed_at, run, epoch, hash, base_hash, key, document) VALUES (?1, ?2, ?3, ?4, 0, 0, ?5, NULL, ?6, ?7)",
                record, identity.Stream, sequence, transaction.Now, bytes, identity.Name.Key, document);
        }

        _ = identity.IsNew
            ? _db.Run("INSERT INTO nodes(node_id, stream_no, present, record_no, record_sequence, key) VALUES (?1, ?2, 1, ?3, ?4, ?5)", identity.Id, identity.Stream, record, sequence, identity.Name.Key)
            : _db.Run("UPDATE nodes SET present = 1, record_no = ?2, record_sequence = ?3 WHERE node_id = ?1", identity.Id, record, sequence);
    }

    /// <summary>An identity, as the batch sees it.</summary>
    internal sealed class Identity(long id, int stream, EventIdentity name)
    {
        public long Id => id;

        public int Stream => stream;

        public EventIdentity Name => name;

        public long? Record { get; set; }

        public bool IsNew { get; init; }

        public bool Changed { get; set; }

        public bool TimesChanged { get; set; }

        public long LastSeen { get; set; } = long.MinValue;

        public long SeenBefore { get; init; } = long.MinValue;

        public Dictionary<string, Value>? Traits { get; set; }

        public Dictionary<string, long> Times { get; set; } = [];
    }
}
