using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Clusters;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Clusters;

/// <summary>Applies changes of clusters: what goes first, so that a put takes over the nodes that it leaves.</summary>
internal sealed class ClusterWriting
{
    private readonly ClusterChanges _changes;
    private readonly SqlConnection _db;
    private readonly DateTimeOffset _now;
    private readonly long _type;

    public ClusterWriting(WriteTransaction transaction, ClusterChanges changes)
    {
        (_changes, _db, _now) = (changes, transaction.Db, transaction.Now);
        _type = ProfileRows.EnsureType(_db, changes.ProfileType);
    }

    public static SqlValue Key(ClusterId id) => new ProfileId(id.Value);

    public static long? Number(SqlConnection db, ClusterId id) => db.Number("SELECT cluster_no FROM clusters WHERE cluster_id = ?1", Key(id));

    public void Run()
    {
        foreach (var (from, to) in _changes.Redirects)
        {
            Redirect(from, to);
        }

        foreach (var id in _changes.Removed)
        {
            if (Number(_db, id) is { } number)
            {
                Remove(number);
            }

            _db.Run("DELETE FROM cluster_redirects WHERE from_id = ?1", Key(id));
        }

        foreach (var put in _changes.Puts)
        {
            Put(put);
        }
    }

    private void Redirect(ClusterId from, ClusterId to)
    {
        if (Number(_db, from) is { } number)
        {
            _db.Run(
                """
                INSERT OR REPLACE INTO cluster_redirects(from_id, to_id, type_no, name, cluster_no, first_node)
                SELECT cluster_id, ?2, type_no, name, cluster_no, first_node FROM clusters WHERE cluster_no = ?1
                """,
                number, Key(to));
            Remove(number);
        }
        else
        {
            _db.Run("UPDATE cluster_redirects SET to_id = ?2 WHERE from_id = ?1", Key(from), Key(to));
        }
    }

    private void Remove(long number)
    {
        _db.Run("DELETE FROM cluster_nodes WHERE cluster_no = ?1", number);
        _db.Run("DELETE FROM clusters WHERE cluster_no = ?1", number);
    }

    private void Put(ClusterPut put)
    {
        if (Number(_db, put.Id) is not { } number)
        {
            _db.Run("DELETE FROM cluster_redirects WHERE from_id = ?1", Key(put.Id));
            _db.Run(
                "INSERT INTO clusters(cluster_id, type_no, name, first_node, created_at) VALUES (?1, ?2, ?3, ?4, ?5)",
                Key(put.Id), _type, _changes.Name, put.FirstNode, _now);
            number = Number(_db, put.Id)!.Value;
        }

        _db.Run("DELETE FROM cluster_nodes WHERE cluster_no = ?1", number);
        foreach (var node in put.Nodes)
        {
            // A node is in one cluster of a kind: it leaves the one that it was in.
            _db.Run(
                "DELETE FROM cluster_nodes WHERE node_id = ?1 AND cluster_no IN (SELECT cluster_no FROM clusters WHERE type_no = ?2 AND name = ?3)",
                node, _type, _changes.Name);
            _db.Run("INSERT INTO cluster_nodes(cluster_no, node_id) VALUES (?1, ?2)", number, node);
        }
    }
}
