using System.Globalization;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Privacy;

/// <summary>
/// Deletes a person in steps, each a transaction: activities some thousands at a time, then all the rest at once. It goes by the keys noted before, so that it
/// can be done again, whatever came in meanwhile.
/// </summary>
internal sealed class PersonErasure(WriteTransaction transaction, long request, int subject, ProfileId? profile, IReadOnlyList<ProfileIdentifier> identifiers)
{
    private const int Activities = 5000;

    private readonly SqlConnection _db = transaction.Db;
    private readonly Dictionary<string, long> _counts = new(StringComparer.Ordinal);

    /// <summary>Some of it; true when there is more. Deleted content is overwritten, pages that become free with it.</summary>
    public bool Run(string cause)
    {
        Find();
        if (RemoveActivities())
        {
            Store();
            return true;
        }

        RemoveRecords("erased_nodes", "e.kept = 0");
        RemoveRecords("privacy_keys", string.Create(CultureInfo.InvariantCulture, $"e.request_no = {request} AND e.subject_no = {subject}")); // Those not projected yet.
        if (profile is { } id && ProfileRows.Number(_db, id) is { } number)
        {
            RemoveProfile(id, number, cause);
        }

        RemoveOthers(cause);
        RemoveTables();
        Store();
        return false;
    }

    // Profiles that came by such a node since it was noted: by a merge, or of what was on its way. Their other nodes are free to be unified anew.
    private void RemoveOthers(string cause)
    {
        while (Other() is { } other)
        {
            using (var nodes = _db.Query("SELECT node_id FROM node_profile WHERE profile_no = ?1", other.Number))
            {
                while (nodes.Step())
                {
                    transaction.Feed(ChangeKind.Node, nodes.Long(0));
                }
            }

            AddId(other.Id);
            RemoveProfile(other.Id, other.Number, cause);
        }
    }

    private (ProfileId Id, long Number)? Other()
    {
        using var rows = _db.Query(
            "SELECT p.profile_id, p.profile_no FROM erased_nodes e JOIN node_profile np ON np.node_id = e.node_id JOIN profiles p ON p.profile_no = np.profile_no WHERE e.kept = 0 LIMIT 1");
        return rows.Step() ? (rows.Id(0), rows.Long(1)) : null;
    }

    /// <summary>Fills the temporary tables; they are in memory, never in a file.</summary>
    public void Find()
    {
        _db.Script(
            """
            CREATE TEMP TABLE IF NOT EXISTS erased_nodes (node_id INTEGER PRIMARY KEY, stream_no INTEGER NOT NULL, key TEXT NOT NULL, kept INTEGER NOT NULL DEFAULT 0);
            CREATE TEMP TABLE IF NOT EXISTS erased_ids (profile_id BLOB PRIMARY KEY, text TEXT NOT NULL);
            CREATE TEMP TABLE IF NOT EXISTS erased_names (type TEXT NOT NULL, value TEXT NOT NULL);
            CREATE TEMP TABLE IF NOT EXISTS erased_activities (activity_no INTEGER PRIMARY KEY, stream_no INTEGER NOT NULL, key TEXT NOT NULL, node_id INTEGER NOT NULL);
            DELETE FROM erased_nodes; DELETE FROM erased_ids; DELETE FROM erased_names; DELETE FROM erased_activities;
            """);
        _db.Run(
            """
            INSERT INTO erased_nodes(node_id, stream_no, key) SELECT n.node_id, n.stream_no, n.key FROM privacy_keys k JOIN nodes n ON n.stream_no = k.stream_no AND n.key = k.key
            WHERE k.request_no = ?1 AND k.subject_no = ?2
            """,
            request, subject);
        if (profile is { } id)
        {
            AddId(id);
            foreach (var previous in Previous(id))
            {
                AddId(previous);
            }

            _db.Run(
                """
                INSERT OR IGNORE INTO erased_nodes(node_id, stream_no, key) SELECT n.node_id, n.stream_no, n.key FROM profiles p JOIN node_profile np ON np.profile_no = p.profile_no
                JOIN nodes n ON n.node_id = np.node_id WHERE p.profile_id = ?1
                """,
                id);
        }

        foreach (var (type, value) in identifiers)
        {
            _db.Run("INSERT INTO erased_names(type, value) VALUES (?1, ?2)", type, value);
        }
    }

    /// <summary>Removes the profile, with its memberships and words, and tells the ledger.</summary>
    public void RemoveProfile(ProfileId id, long number, string cause)
    {
        var type = _db.Number("SELECT type_no FROM profiles WHERE profile_no = ?1", number) ?? 0;
        string name;
        using (var rows = _db.Query("SELECT name FROM profile_types WHERE type_no = ?1", type))
        {
            name = rows.Step() ? rows.Text(0) : "";
        }

        Count("enrichment", _db.Number("SELECT COUNT(*) FROM enrichment_values WHERE set_no IN (SELECT set_no FROM enrichment_sets) AND profile_no = ?1", number) ?? 0);
        Count("enrichmentRow", _db.Number("SELECT COUNT(*) FROM enrichment_rows WHERE set_no IN (SELECT set_no FROM enrichment_sets) AND profile_no = ?1", number) ?? 0);
        Count("measures", _db.Number("SELECT COUNT(*) FROM profile_measures WHERE profile_no = ?1", number) ?? 0);
        Count("identifier", _db.Number("SELECT COUNT(*) FROM identifiers WHERE profile_no = ?1", number) ?? 0);
        Count("segment", _db.Number("SELECT COUNT(*) FROM segment_members WHERE profile_no = ?1", number) ?? 0);
        Count("profile", 1);
        new ProfileWriting(transaction, new ProfileChanges(name, [], [id], [], [], [], cause) { CauseKind = CauseKind.Privacy }).Run();

        // Whoever is about to write what it made of these profiles must read them again.
        _db.Run("UPDATE profile_types SET verdict_revision = verdict_revision + 1, revision = revision + 1 WHERE type_no = ?1", type);
    }

    /// <summary>Deletes in all tables of <see cref="PersonTable"/> that there are.</summary>
    public void RemoveTables()
    {
        foreach (var table in PersonTable.All)
        {
            if (table.Delete is { } delete && _db.Number("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = ?1", table.Table) is not null)
            {
                Count(table.Kind, _db.Run(delete));
            }
        }

        // Earlier requests about the same person name it, too.
        _db.Run(
            """
            UPDATE privacy_requests SET requester = NULL, reason = NULL WHERE done_at IS NOT NULL
            AND request_no IN (SELECT request_no FROM privacy_subjects WHERE profile_id IN (SELECT profile_id FROM erased_ids))
            """);
        using var nodes = _db.Query("SELECT node_id FROM erased_nodes");
        while (nodes.Step())
        {
            transaction.Feed(ChangeKind.Node, nodes.Long(0));
        }
    }

    public void Count(string kind, long more)
    {
        if (more > 0)
        {
            _counts[kind] = _counts.GetValueOrDefault(kind) + more;
        }
    }

    /// <summary>Adds what was counted to what stands, in the same transaction: a kill loses neither.</summary>
    public void Store() => PrivacyRows.AddCounts(_db, request, subject, _counts);

    private bool RemoveActivities()
    {
        _db.Run(
            """
            INSERT INTO erased_activities(activity_no, stream_no, key, node_id) SELECT a.activity_no, a.stream_no, a.key, a.node_id FROM erased_nodes e
            JOIN activities a ON a.node_id = e.node_id WHERE e.kept = 0 LIMIT ?1
            """,
            Activities);
        RemoveRecords("erased_activities", "1");
        _db.Run("DELETE FROM rejected WHERE EXISTS (SELECT 1 FROM erased_activities e WHERE e.stream_no = rejected.stream_no AND e.key = rejected.key)");
        var removed = _db.Run("DELETE FROM activities WHERE activity_no IN (SELECT activity_no FROM erased_activities)");
        Count("activity", removed);
        using var nodes = _db.Query("SELECT DISTINCT node_id FROM erased_activities");
        while (nodes.Step())
        {
            transaction.Feed(ChangeKind.Activity, nodes.Long(0));
        }

        return removed == Activities;
    }

    private void RemoveRecords(string table, string where)
    {
        _db.Run(
            $"""
             UPDATE streams SET record_count = record_count - (
               SELECT COUNT(*) FROM {table} e JOIN records r ON r.stream_no = e.stream_no AND r.key = e.key WHERE e.stream_no = streams.stream_no AND r.hash IS NOT NULL AND {where})
             WHERE stream_no IN (SELECT stream_no FROM {table})
             """);
        Count("record", _db.Run($"DELETE FROM records WHERE record_no IN (SELECT r.record_no FROM {table} e JOIN records r ON r.stream_no = e.stream_no AND r.key = e.key WHERE {where})"));
    }

    private void AddId(ProfileId id) => _db.Run("INSERT OR IGNORE INTO erased_ids(profile_id, text) VALUES (?1, ?2)", id, id.ToString());

    private List<ProfileId> Previous(ProfileId id)
    {
        var previous = new List<ProfileId>();
        using var rows = _db.Query("SELECT from_id FROM redirects WHERE to_id = ?1", id);
        while (rows.Step())
        {
            previous.Add(rows.Id(0));
        }

        return previous;
    }
}
