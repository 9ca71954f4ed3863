using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>Finds visitors who were not seen any more, and removes them.</summary>
internal static class IdentityExpiry
{
    // Of an unknown profile every node must be unseen: one that came yesterday keeps what the others did.
    private const string IsUnseen =
        """
        r.changed_at < ?2 AND NOT EXISTS (SELECT 1 FROM activities a WHERE a.node_id = n.node_id AND a.at >= ?2)
        AND NOT EXISTS (
          SELECT 1 FROM node_profile np JOIN profiles p ON p.profile_no = np.profile_no JOIN node_profile other ON other.profile_no = np.profile_no
          WHERE np.node_id = n.node_id AND (p.unknown = 0
            OR EXISTS (SELECT 1 FROM activities a WHERE a.node_id = other.node_id AND a.at >= ?2)
            OR EXISTS (SELECT 1 FROM nodes m JOIN records q ON q.record_no = m.record_no WHERE m.node_id = other.node_id AND q.changed_at >= ?2)))
        AND NOT EXISTS (SELECT 1 FROM loose_identifiers l WHERE l.node_id = n.node_id AND l.type <> 'anonymous_id')
        """;

    public static IEnumerable<long> Unseen(SqlConnection db, int stream, DateTimeOffset before, int limit) => ProfileStreams.Rows(
        db,
        "SELECT n.node_id FROM nodes n JOIN records r ON r.record_no = n.record_no WHERE n.stream_no = ?1 AND n.key >= 'anonymous_id/' AND n.key < 'anonymous_id0' AND n.present = 1 AND "
            + IsUnseen + " LIMIT ?3",
        row => row.Long(0),
        stream, before, limit);

    public static int Expire(WriteTransaction transaction, string profileType, IReadOnlyList<long> nodes, DateTimeOffset before, string cause)
    {
        var db = transaction.Db;
        long[] gone = [.. nodes.Where(node => db.Number("SELECT 1 FROM nodes n JOIN records r ON r.record_no = n.record_no WHERE n.node_id = ?1 AND " + IsUnseen, node, before) is not null)];
        var profiles = gone.SelectMany(node => ProfileStreams.Rows(
            db, "SELECT p.profile_id FROM node_profile np JOIN profiles p ON p.profile_no = np.profile_no WHERE np.node_id = ?1", row => row.Id(0), node)).Distinct().ToList();
        if (profiles.Count > 0)
        {
            new ProfileWriting(transaction, new ProfileChanges(profileType, [], profiles, [], [], [], cause) { CauseKind = CauseKind.Expiry }).Run();
        }

        foreach (var node in gone)
        {
            if (db.Run("DELETE FROM activities WHERE node_id = ?1", node) > 0)
            {
                transaction.Feed(ChangeKind.Activity, node);
            }

            var stream = db.Number("SELECT stream_no FROM nodes WHERE node_id = ?1", node) ?? 0;
            if (db.Run("DELETE FROM records WHERE record_no = (SELECT record_no FROM nodes WHERE node_id = ?1)", node) > 0)
            {
                db.Run("UPDATE streams SET record_count = record_count - 1 WHERE stream_no = ?1", stream);
            }

            db.Run("DELETE FROM loose_identifiers WHERE node_id = ?1", node);
            db.Run("DELETE FROM edges WHERE a = ?1", node);
            db.Run("DELETE FROM edges WHERE b = ?1", node);
            db.Run("DELETE FROM nodes WHERE node_id = ?1", node);
            transaction.Feed(ChangeKind.Node, node);
        }

        return gone.Length;
    }
}
