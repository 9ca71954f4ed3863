using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Enrichments;
using CustomerInsights.Storage.Sqlite.Segments;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>Applies the changes of a unification: removals first, so that a put takes over the nodes that they leave.</summary>
internal sealed class ProfileWriting
{
    private readonly WriteTransaction _transaction;
    private readonly ProfileChanges _changes;
    private readonly SqlConnection _db;
    private readonly DateTimeOffset _now;
    private readonly long _type;
    private readonly LedgerWriting _ledger;

    // What a merged profile was, for its redirect: an undone merge takes number, id and first node back into account.
    private readonly Dictionary<ProfileId, (long Number, long FirstNode)> _gone = [];

    // Who lost a node to another and is not put itself has changed all the same: its activities are fewer.
    private readonly HashSet<long> _fed = [];
    private readonly HashSet<long> _losers = [];
    private bool? _anyLoose;

    public ProfileWriting(WriteTransaction transaction, ProfileChanges changes)
    {
        (_transaction, _changes, _db, _now) = (transaction, changes, transaction.Db, transaction.Now);
        _type = ProfileRows.EnsureType(_db, changes.ProfileType);
        _ledger = new LedgerWriting(transaction, changes, _type);
    }

    public void Run()
    {
        CheckBasis();
        var before = _db.TotalChanges;
        foreach (var id in _changes.Removed)
        {
            Remove(id);
        }

        foreach (var put in _changes.Puts)
        {
            Put(put);
        }

        foreach (var loser in _losers.Where(loser => !_fed.Contains(loser)).Order())
        {
            Feed(loser);
        }

        foreach (var redirect in _changes.Redirects)
        {
            Redirect(redirect);
        }

        _ledger.Write();
        WriteEdges();
        IdentityRows.Write(_db, _changes, _type, _now);
        if (_db.TotalChanges != before)
        {
            _db.Run("UPDATE profile_types SET revision = revision + 1 WHERE type_no = ?1", _type);
        }

        if (_changes.Verdict is { } verdict)
        {
            new VerdictWriting(_transaction, _type).Add(verdict, _changes);
        }
    }

    private void CheckBasis()
    {
        if (_changes.Basis is { } basis)
        {
            var found = ProfileRows.Basis(_db, _changes.ProfileType);
            if (found.Verdicts != basis.Verdicts || (basis.Changes is not null && basis.Changes != found.Changes))
            {
                throw new StoreConflictException($"The profiles of type '{_changes.ProfileType}' changed since they were read.");
            }
        }
    }

    private void Remove(ProfileId id)
    {
        if (ProfileRows.Number(_db, id) is not { } number)
        {
            return;
        }

        Note(number, id);
        _ledger.Gone(id, _db.Number("SELECT created_entry FROM profiles WHERE profile_no = ?1", number));
        _gone[id] = (number, _db.Number("SELECT first_node FROM profiles WHERE profile_no = ?1", number) ?? 0);
        SegmentRows.RemoveProfile(_transaction, number, id, _now);
        _db.Run("DELETE FROM node_profile WHERE profile_no = ?1", number);
        _db.Run("DELETE FROM identifiers WHERE profile_no = ?1", number);
        _db.Run("DELETE FROM profile_words WHERE rowid = ?1", number);
        _db.Run("DELETE FROM profile_measures WHERE profile_no = ?1", number);
        EnrichmentSets.Forget(_db, number);
        _db.Run("DELETE FROM profiles WHERE profile_no = ?1", number);
        Feed(number);
    }

    // All its nodes leave it for now; those that a put takes come to rest there.
    private void Note(long number, ProfileId id)
    {
        using var rows = _db.Query("SELECT node_id FROM node_profile WHERE profile_no = ?1", number);
        while (rows.Step())
        {
            _ledger.Went(rows.Long(0), id, null);
        }
    }

    private void Redirect(ProfileRedirect redirect)
    {
        if (_gone.TryGetValue(redirect.From, out var gone))
        {
            _db.Run(
                "INSERT OR REPLACE INTO redirects(from_id, to_id, type_no, profile_no, first_node) VALUES (?1, ?2, ?3, ?4, ?5)",
                redirect.From, redirect.To, _type, gone.Number, gone.FirstNode);
        }
        else if (_db.Run("UPDATE redirects SET to_id = ?2 WHERE from_id = ?1", redirect.From, redirect.To) == 0)
        {
            throw new StoreConflictException($"The profile {redirect.From} cannot be redirected: it was neither removed in this change nor redirected before.");
        }
    }

    private void Put(ProfilePut put)
    {
        var known = Known(put.Id);
        var number = known?.Number ?? _transaction.Next(Counter.Profile);
        var changed = known is null || !put.Hash.AsSpan().SequenceEqual(known.Hash);
        if (known is null)
        {
            // An id that had been merged away lives again when the merge is undone.
            var restored = _db.Run("DELETE FROM redirects WHERE from_id = ?1", put.Id) > 0;
            _db.Run(
                """
                INSERT INTO profiles(profile_no, profile_id, type_no, first_node, hash, created_at, changed_at, display_name, attributes, provenance, created_entry, unknown)
                VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?6, ?7, ?8, ?9, ?10, ?11)
                """,
                number, put.Id, _type, put.FirstNode, put.Hash, _now, put.DisplayName, put.Attributes, put.Provenance, _ledger.New(put.Id, restored), put.IsUnknown);
        }
        else if (changed)
        {
            _db.Run(
                """
                UPDATE profiles SET hash = ?2, changed_at = ?3, display_name = ?4, attributes = ?5, provenance = ?6, type_no = ?7, unknown = ?8 WHERE profile_no = ?1
                """,
                number, put.Hash, _now, put.DisplayName, put.Attributes, put.Provenance, _type, put.IsUnknown);
        }

        if (changed)
        {
            PutIdentifiers(number, put.Identifiers, isNew: known is null);
            PutWords(number, put, isNew: known is null);
        }

        // Even when the content is the same: another profile may have taken a node meanwhile.
        changed |= PutNodes(number, put, isNew: known is null);
        if (changed)
        {
            Feed(number);
        }
    }

    private KnownProfile? Known(ProfileId id)
    {
        using var rows = _db.Query("SELECT profile_no, hash FROM profiles WHERE profile_id = ?1", id);
        return rows.Step() ? new KnownProfile(rows.Long(0), rows.Blob(1)) : null;
    }

    private bool PutNodes(long number, ProfilePut put, bool isNew)
    {
        var changed = false;
        var left = new HashSet<long>();
        if (!isNew)
        {
            using var rows = _db.Query("SELECT node_id FROM node_profile WHERE profile_no = ?1", number);
            while (rows.Step())
            {
                left.Add(rows.Long(0));
            }
        }

        foreach (var node in put.Nodes)
        {
            if (left.Remove(node))
            {
                continue;
            }

            changed = true;
            if (_db.Run("INSERT INTO node_profile(node_id, profile_no) VALUES (?1, ?2) ON CONFLICT DO NOTHING", node, number) != 0)
            {
                _ledger.Went(node, null, put.Id);
                _anyLoose ??= _db.Number("SELECT 1 FROM loose_identifiers LIMIT 1") is not null;
                if (_anyLoose.Value)
                {
                    _db.Run("DELETE FROM loose_identifiers WHERE node_id = ?1", node);
                }
            }
            else
            {
                _ledger.Went(node, OwnerOf(node), put.Id);
                if (_db.Number("SELECT profile_no FROM node_profile WHERE node_id = ?1", node) is { } loser)
                {
                    _losers.Add(loser);
                }

                _db.Run("UPDATE node_profile SET profile_no = ?2 WHERE node_id = ?1", node, number);
            }
        }

        foreach (var node in left)
        {
            changed = true;
            _ledger.Went(node, put.Id, null);
            _db.Run("DELETE FROM node_profile WHERE node_id = ?1", node);
        }

        return changed;
    }

    private void Feed(long number)
    {
        _fed.Add(number);
        _transaction.Feed(ChangeKind.Profile, number);
    }

    private ProfileId? OwnerOf(long node)
    {
        using var rows = _db.Query("SELECT p.profile_id FROM node_profile np JOIN profiles p ON p.profile_no = np.profile_no WHERE np.node_id = ?1", node);
        return rows.Step() ? rows.Id(0) : null;
    }

    private void PutIdentifiers(long number, IReadOnlyList<ProfileIdentifier> identifiers, bool isNew)
    {
        if (!isNew && ProfileRows.Identifiers(_db, number).ToHashSet().SetEquals(identifiers))
        {
            return;
        }

        if (!isNew)
        {
            _db.Run("DELETE FROM identifiers WHERE profile_no = ?1", number);
        }

        foreach (var (type, value) in identifiers)
        {
            _db.Run("INSERT OR IGNORE INTO identifiers(value, type, profile_no) VALUES (?1, ?2, ?3)", value, type, number);
        }
    }

    private void PutWords(long number, ProfilePut put, bool isNew)
    {
        if (!isNew)
        {
            _db.Run("DELETE FROM profile_words WHERE rowid = ?1", number);
        }

        if (put.DisplayName.Length > 0 || put.SearchText.Length > 0)
        {
            _db.Run("INSERT INTO profile_words(rowid, words) VALUES (?1, ?2)", number, SearchText.Words(put.DisplayName, put.SearchText));
        }
    }

    private void WriteEdges()
    {
        foreach (var edge in _changes.RemovedEdges)
        {
            _db.Run(
                "DELETE FROM edges WHERE a = ?1 AND b = ?2 AND type_no = ?3 AND kind = ?4 AND rule = ?5",
                edge.A, edge.B, _type, (long)edge.Kind, edge.Rule);
        }

        foreach (var edge in _changes.AddedEdges)
        {
            _db.Run(
                """
                INSERT INTO edges(a, b, type_no, kind, rule, score, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                ON CONFLICT DO UPDATE SET score = excluded.score WHERE score <> excluded.score
                """,
                edge.A, edge.B, _type, (long)edge.Kind, edge.Rule, edge.Score, edge.At);
        }
    }

    private sealed record KnownProfile(long Number, byte[] Hash);
}
