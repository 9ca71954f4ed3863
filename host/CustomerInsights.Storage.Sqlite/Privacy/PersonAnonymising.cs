using System.Security.Cryptography;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Privacy;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Privacy;

/// <summary>
/// Keeps a person's activities at nodes that lead to nobody: nodes with activities get keys that say nothing, records and activities lose what is personal; the
/// rest is deleted as in an erasure. One transaction.
/// </summary>
internal sealed class PersonAnonymising(WriteTransaction transaction, long request, int subject, ProfileId profile, IReadOnlyList<ProfileIdentifier> identifiers, IAnonymiser anonymiser)
{
    /// <summary>The run of a record that no full load deletes for not being in it.</summary>
    public const long KeptRun = -1;

    private const int HashBytes = 16;
    private const string Rule = "privacy";

    private readonly SqlConnection _db = transaction.Db;

    public void Run(string cause, ProfileId anonymous)
    {
        if (ProfileRows.Resolve(_db, profile) is not { } number || ProfileRows.Find(_db, number) is not { } stored)
        {
            return;
        }

        var erasure = new PersonErasure(transaction, request, subject, stored.Id, identifiers);
        erasure.Find();
        _db.Run("UPDATE erased_nodes SET kept = 1 WHERE node_id IN (SELECT a.node_id FROM activities a JOIN erased_nodes e ON e.node_id = a.node_id)");
        if (_db.Number("SELECT COUNT(*) FROM erased_nodes WHERE kept = 1") == 0)
        {
            _db.Run("UPDATE erased_nodes SET kept = 1 WHERE node_id = (SELECT MIN(node_id) FROM erased_nodes)");
        }

        var kept = Kept();
        RemoveRecords();
        erasure.RemoveProfile(stored.Id, number, cause);
        erasure.RemoveTables();

        // New numbers too: the ledger keeps the old ones with the old profile.
        var nodes = new List<long>();
        foreach (var (node, stream, name, key) in kept)
        {
            nodes.Add(transaction.Next(Counter.Node));
            erasure.Count("activityKept", Rewrite(node, nodes[^1], stream, name, key, anonymiser.NewKey()));
            transaction.Feed(ChangeKind.Node, nodes[^1]);
        }

        if (nodes.Count > 0)
        {
            var put = new ProfilePut(anonymous, nodes[0], nodes, anonymiser.Attributes(stored.Type, stored.Attributes), "{}", "", "", [], new byte[32]);
            List<StoredEdge> edges = [.. nodes.Skip(1).Select(other => new StoredEdge(nodes[0], other, EdgeKind.Asserted, Rule, 1))];
            new ProfileWriting(transaction, new ProfileChanges(stored.Type, [put], [], [], edges, [], Rule) { CauseKind = CauseKind.Privacy }).Run();
        }

        _db.Run("UPDATE privacy_subjects SET done = 1 WHERE request_no = ?1 AND subject_no = ?2", request, subject);
        erasure.Store();
    }

    private List<(long Node, long Stream, string Name, string Key)> Kept()
    {
        var kept = new List<(long, long, string, string)>();
        using var rows = _db.Query("SELECT e.node_id, e.stream_no, s.name, e.key FROM erased_nodes e JOIN streams s ON s.stream_no = e.stream_no WHERE e.kept = 1 ORDER BY e.node_id");
        while (rows.Step())
        {
            kept.Add((rows.Long(0), rows.Long(1), rows.Text(2), rows.Text(3)));
        }

        return kept;
    }

    private void RemoveRecords()
    {
        _db.Run(
            """
            UPDATE streams SET record_count = record_count - (SELECT COUNT(*) FROM erased_nodes e JOIN records r ON r.stream_no = e.stream_no AND r.key = e.key
            WHERE e.stream_no = streams.stream_no AND e.kept = 0 AND r.hash IS NOT NULL)
            """);
        _db.Run("DELETE FROM records WHERE record_no IN (SELECT r.record_no FROM erased_nodes e JOIN records r ON r.stream_no = e.stream_no AND r.key = e.key WHERE e.kept = 0)");
    }

    private long Rewrite(long node, long newNode, long stream, string name, string key, string newKey)
    {
        RewriteRecord(stream, key, newKey, document => anonymiser.Record(name, document));
        _db.Run("UPDATE nodes SET node_id = ?2, key = ?3 WHERE node_id = ?1", node, newNode, newKey);
        var activities = new List<(long Number, long Stream, string Name, string Type, string Key, byte[] Document)>();
        using (var rows = _db.Query(
            """
            SELECT a.activity_no, a.stream_no, s.name, t.name, a.key, a.document FROM activities a JOIN streams s ON s.stream_no = a.stream_no
            JOIN activity_types t ON t.type_no = a.type_no WHERE a.node_id = ?1
            """,
            node))
        {
            while (rows.Step())
            {
                activities.Add((rows.Long(0), rows.Long(1), rows.Text(2), rows.Text(3), rows.Text(4), rows.Blob(5)));
            }
        }

        foreach (var activity in activities)
        {
            var document = anonymiser.Activity(activity.Type, activity.Document);
            var activityKey = anonymiser.NewKey();
            RewriteRecord(activity.Stream, activity.Key, activityKey, record => anonymiser.ActivityRecord(activity.Name, record, newKey));
            _db.Run("UPDATE activities SET node_id = ?5, key = ?2, document = ?3, hash = ?4 WHERE activity_no = ?1", activity.Number, activityKey, document, Hash(document), newNode);
        }

        transaction.Feed(ChangeKind.Activity, node);
        transaction.Feed(ChangeKind.Activity, newNode);
        return activities.Count;
    }

    // Its sequence stays: the projector need not look at it again. One that cannot be made anonymous goes; the activity stays until its stream is projected anew.
    private void RewriteRecord(long stream, string key, string newKey, Func<byte[], byte[]?> strip)
    {
        byte[]? document = null;
        using (var rows = _db.Query("SELECT document FROM records WHERE stream_no = ?1 AND key = ?2", stream, key))
        {
            if (!rows.Step())
            {
                return;
            }

            document = rows.BlobOrNull(0);
        }

        if (document is not null && strip(document) is { } stripped)
        {
            _db.Run(
                "UPDATE records SET key = ?3, document = ?4, hash = ?5, base_hash = NULL, run = ?6, epoch = 0 WHERE stream_no = ?1 AND key = ?2",
                stream, key, newKey, stripped, Hash(stripped), KeptRun);
            return;
        }

        _db.Run("UPDATE streams SET record_count = record_count - 1 WHERE stream_no = ?1 AND EXISTS (SELECT 1 FROM records WHERE stream_no = ?1 AND key = ?2 AND hash IS NOT NULL)", stream, key);
        _db.Run("DELETE FROM records WHERE stream_no = ?1 AND key = ?2", stream, key);
    }

    private static byte[] Hash(byte[] document) => SHA256.HashData(document)[..HashBytes];
}
