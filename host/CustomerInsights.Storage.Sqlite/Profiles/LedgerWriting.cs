using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>Gathers which nodes a change takes from where to where, and writes entries of it: each move in exactly one.</summary>
internal sealed class LedgerWriting(WriteTransaction transaction, ProfileChanges changes, long type)
{
    private readonly SqlConnection _db = transaction.Db;
    private readonly Dictionary<long, (ProfileId? From, ProfileId? To)> _moves = [];
    private readonly HashSet<ProfileId> _gone = [];
    private readonly List<(ProfileId Id, bool Restored)> _new = [];
    private long? _created;

    /// <summary>A node was there and is here; called again, only the end counts.</summary>
    public void Went(long node, ProfileId? from, ProfileId? to) =>
        _moves[node] = (_moves.TryGetValue(node, out var known) ? known.From : from, to);

    /// <summary>A profile has gone; its creation is found by its id from now on.</summary>
    public void Gone(ProfileId id, long? created)
    {
        _gone.Add(id);
        if (created is { } entry)
        {
            Index(id, entry);
        }
    }

    /// <summary>A profile is new. Gives the entry in which its creation stands if it comes of no other, so that its row needs no second write.</summary>
    public long? New(ProfileId id, bool restored)
    {
        _new.Add((id, restored));
        return restored ? null : _created ??= Entry(LedgerKind.Created, null, null, []);
    }

    public void Write()
    {
        var moves = _moves.Where(move => move.Value.From != move.Value.To).OrderBy(move => move.Key).ToList();
        var bySource = moves.Where(move => move.Value.From is not null).ToLookup(move => move.Value.From!.Value);
        var taken = new HashSet<long>();
        var merged = new HashSet<ProfileId>();
        foreach (var (from, to) in changes.Redirects)
        {
            if (_gone.Contains(from) && merged.Add(from))
            {
                Merged(from, to, bySource[from], taken);
            }
            else
            {
                Put(LedgerKind.Redirected, to, from, []);
            }
        }

        foreach (var id in _gone.Where(id => !merged.Contains(id)))
        {
            Put(LedgerKind.Removed, id, null, Take(bySource[id], taken));
        }

        var byTarget = moves.Where(move => move.Value.To is not null && !taken.Contains(move.Key)).ToLookup(move => move.Value.To!.Value);
        NewProfiles(byTarget, taken);
        foreach (var target in byTarget)
        {
            var from = target.Where(move => move.Value.From is not null).ToList();
            if (Take(from, taken) is { Count: > 0 } parts)
            {
                Put(LedgerKind.Moved, target.Key, null, parts);
            }
        }

        Bulk(LedgerKind.Joined, Take(moves.Where(move => move.Value.From is null), taken));
        Bulk(LedgerKind.Left, Take(moves.Where(move => move.Value.To is null), taken));
    }

    private void Merged(ProfileId from, ProfileId to, IEnumerable<KeyValuePair<long, (ProfileId? From, ProfileId? To)>> moves, HashSet<long> taken)
    {
        var parts = Take(moves, taken);
        var came = parts.Where(part => part.To == to).SelectMany(part => part.Nodes).ToHashSet();
        using (var rows = _db.Query(
            "SELECT np.node_id FROM profiles p JOIN node_profile np ON np.profile_no = p.profile_no WHERE p.profile_id = ?1 ORDER BY np.node_id", to))
        {
            var rest = new List<long>();
            while (rows.Step())
            {
                if (!came.Contains(rows.Long(0)))
                {
                    rest.Add(rows.Long(0));
                }
            }

            parts.Add(new LedgerPart(to, to, rest));
        }

        Put(LedgerKind.Merged, to, from, parts);
    }

    private void NewProfiles(ILookup<ProfileId, KeyValuePair<long, (ProfileId? From, ProfileId? To)>> byTarget, HashSet<long> taken)
    {
        var created = new List<LedgerPart>();
        foreach (var (id, restored) in _new)
        {
            var parts = Take(byTarget[id], taken);
            if (restored)
            {
                Put(LedgerKind.Restored, id, null, parts);
            }
            else if (parts.Find(part => part.From is not null) is { } source)
            {
                Put(LedgerKind.Split, id, source.From, parts);
            }
            else
            {
                created.Add(parts.Count > 0 ? parts[0] : new LedgerPart(null, id, []));
            }
        }

        if (_created is { } entry)
        {
            if (created.Count > 0)
            {
                _db.Run("UPDATE ledger SET parts = ?2 WHERE entry = ?1", entry, LedgerParts.Write(created));
            }
            else
            {
                _db.Run("DELETE FROM ledger WHERE entry = ?1", entry);
            }
        }
    }

    private static List<LedgerPart> Take(IEnumerable<KeyValuePair<long, (ProfileId? From, ProfileId? To)>> moves, HashSet<long> taken) =>
    [
        .. moves.Where(move => taken.Add(move.Key)).GroupBy(move => move.Value)
            .Select(group => new LedgerPart(group.Key.From, group.Key.To, [.. group.Select(move => move.Key)])),
    ];

    private void Bulk(LedgerKind kind, List<LedgerPart> parts)
    {
        if (parts.Count > 0)
        {
            Put(kind, null, null, parts);
        }
    }

    private void Put(LedgerKind kind, ProfileId? profile, ProfileId? other, List<LedgerPart> parts)
    {
        var entry = Entry(kind, profile, other, parts);
        foreach (var id in parts.SelectMany(part => new[] { part.From, part.To }).Append(profile).Append(other).OfType<ProfileId>().Distinct())
        {
            Index(id, entry);
        }
    }

    private void Index(ProfileId id, long entry) => _db.Run("INSERT OR IGNORE INTO ledger_profiles(profile_id, entry) VALUES (?1, ?2)", id, entry);

    private long Entry(LedgerKind kind, ProfileId? profile, ProfileId? other, List<LedgerPart> parts)
    {
        _db.Run(
            """
            INSERT INTO ledger(at, type_no, kind, cause_kind, cause, principal, profile_id, other_id, parts, because)
            VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9, ?10)
            """,
            transaction.Now,
            type,
            (long)kind,
            (long)changes.CauseKind,
            changes.Cause,
            changes.Principal,
            profile is { } one ? one : default(SqlValue),
            other is { } two ? two : default(SqlValue),
            LedgerParts.Write(parts),
            kind == LedgerKind.Merged && other is { } gone && changes.Because.TryGetValue(gone, out var edge) ? LedgerParts.Because(edge) : null);
        return _db.Number("SELECT last_insert_rowid()") ?? 0;
    }
}
