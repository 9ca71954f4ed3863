using System.Globalization;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Records;

/// <summary>
/// Removes a stream: first its name, by which it is gone for everybody; then its rows in small transactions, so that nobody waits. What a crash cut off
/// is gone on with when the store opens.
/// </summary>
internal static class StreamRemoval
{
    private const int Rows = 2000;

    public static async ValueTask RemoveAsync(Database database, RunLifecycle runs, int stream, CancellationToken cancellationToken)
    {
        await database.WriteAsync(
            transaction =>
            {
                transaction.Db.Run("UPDATE streams SET name = NULL WHERE stream_no = ?1", stream);
                transaction.Db.Run("DELETE FROM projection_positions WHERE stream_no = ?1", stream);
                runs.Drop(transaction, stream);
            },
            cancellationToken);
        await ResumeAsync(database, cancellationToken);
    }

    /// <summary>Goes on with all removals that were begun; gives their number.</summary>
    public static async ValueTask<int> ResumeAsync(Database database, CancellationToken cancellationToken)
    {
        var removed = 0;
        while (await database.ReadAsync(db => db.Number("SELECT stream_no FROM streams WHERE name IS NULL LIMIT 1"), cancellationToken) is { } stream)
        {
            while (await database.WriteAsync(transaction => RemoveSome(transaction, stream), cancellationToken))
            {
                // The next step.
            }

            removed++;
        }

        return removed;
    }

    private static bool RemoveSome(WriteTransaction transaction, long stream)
    {
        var db = transaction.Db;
        if (RemoveActivities(transaction, stream)
            || RemoveNodes(transaction, stream)
            || db.Run("DELETE FROM records WHERE record_no IN (SELECT record_no FROM records WHERE stream_no = ?1 LIMIT ?2)", stream, Rows) > 0
            || db.Run("DELETE FROM rejected WHERE rejected_no IN (SELECT rejected_no FROM rejected WHERE stream_no = ?1 LIMIT ?2)", stream, Rows) > 0)
        {
            return true;
        }

        db.Run("DELETE FROM run_seen WHERE run IN (SELECT run_no FROM runs WHERE stream_no = ?1)", stream);
        db.Run("DELETE FROM runs WHERE stream_no = ?1", stream);
        db.Run("DELETE FROM projection_seen WHERE stream_no = ?1", stream);
        db.Run("DELETE FROM streams WHERE stream_no = ?1", stream);
        return false;
    }

    private static bool RemoveActivities(WriteTransaction transaction, long stream)
    {
        var nodes = new HashSet<long>();
        using (var rows = transaction.Db.Query("SELECT node_id FROM activities WHERE stream_no = ?1 LIMIT ?2", stream, Rows))
        {
            while (rows.Step())
            {
                nodes.Add(rows.Long(0)); // 0 for those of no node
            }
        }

        transaction.Db.Run(
            "DELETE FROM activities WHERE activity_no IN (SELECT activity_no FROM activities WHERE stream_no = ?1 LIMIT ?2)", stream, Rows);
        foreach (var node in nodes)
        {
            transaction.Feed(ChangeKind.Activity, node);
        }

        return nodes.Count > 0;
    }

    private static bool RemoveNodes(WriteTransaction transaction, long stream)
    {
        var db = transaction.Db;
        var nodes = new List<long>();
        using (var rows = db.Query("SELECT node_id FROM nodes WHERE stream_no = ?1 LIMIT ?2", stream, Rows))
        {
            while (rows.Step())
            {
                nodes.Add(rows.Long(0));
            }
        }

        var ledgers = new Dictionary<string, LedgerWriting>(StringComparer.Ordinal);
        foreach (var node in nodes)
        {
            // Activities of other streams stay, of nobody; a new projection of theirs links them again should the stream come back.
            if (db.Run("UPDATE activities SET node_id = NULL WHERE node_id = ?1", node) > 0)
            {
                transaction.Feed(ChangeKind.Activity, node);
            }

            if (db.Number("SELECT profile_no FROM node_profile WHERE node_id = ?1", node) is { } profile)
            {
                Tell(transaction, ledgers, stream, node, profile);
                db.Run("DELETE FROM node_profile WHERE node_id = ?1", node);
                transaction.Feed(ChangeKind.Profile, profile);
            }

            db.Run("DELETE FROM loose_identifiers WHERE node_id = ?1", node);
            db.Run("DELETE FROM edges WHERE a = ?1", node);
            db.Run("DELETE FROM edges WHERE b = ?1", node);
            db.Run("DELETE FROM event_identities WHERE node_id = ?1", node);
            db.Run("DELETE FROM nodes WHERE node_id = ?1", node);
            transaction.Feed(ChangeKind.Node, node);
        }

        foreach (var ledger in ledgers.Values)
        {
            ledger.Write();
        }

        return nodes.Count > 0;
    }

    private static void Tell(WriteTransaction transaction, Dictionary<string, LedgerWriting> ledgers, long stream, long node, long profile)
    {
        using var rows = transaction.Db.Query(
            "SELECT p.profile_id, p.type_no, t.name FROM profiles p JOIN profile_types t ON t.type_no = p.type_no WHERE p.profile_no = ?1", profile);
        if (!rows.Step())
        {
            return;
        }

        var type = rows.Text(2);
        if (!ledgers.TryGetValue(type, out var ledger))
        {
            var changes = new ProfileChanges(type, [], [], [], [], [], stream.ToString(CultureInfo.InvariantCulture)) { CauseKind = CauseKind.Removal };
            ledgers.Add(type, ledger = new LedgerWriting(transaction, changes, rows.Long(1)));
        }

        ledger.Went(node, rows.Id(0), null);
    }
}
