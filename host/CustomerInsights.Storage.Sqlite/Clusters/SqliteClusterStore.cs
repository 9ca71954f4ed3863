using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Clusters;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Clusters;

internal sealed class SqliteClusterStore(Database database) : IClusterStore
{
    private const string MemberList = "cluster members";
    private const int MostHops = 1000;
    private const int Chunk = 1000;

    public ValueTask<IReadOnlyList<string>> NamesAsync(string profileType, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<string>>(
            db => [.. ProfileStreams.Rows(
                db,
                """
                SELECT name FROM clusters WHERE type_no = (SELECT type_no FROM profile_types WHERE name = ?1)
                UNION SELECT name FROM cluster_redirects WHERE type_no = (SELECT type_no FROM profile_types WHERE name = ?1) ORDER BY name
                """,
                row => row.Text(0),
                profileType)],
            cancellationToken);

    public IAsyncEnumerable<ClusterMembership> ReadMembershipAsync(string profileType, string name, CancellationToken cancellationToken) =>
        database.StreamAsync(
            db => ProfileStreams.Rows(
                db,
                """
                SELECT cn.node_id, c.cluster_no, c.cluster_id, c.first_node FROM clusters c CROSS JOIN cluster_nodes cn ON cn.cluster_no = c.cluster_no
                WHERE c.type_no = (SELECT type_no FROM profile_types WHERE name = ?1) AND c.name = ?2 ORDER BY c.cluster_no, cn.node_id
                """,
                row => new ClusterMembership(row.Long(0), row.Long(1), Id(row, 2), row.Long(3)),
                profileType, name),
            Chunk,
            cancellationToken);

    public IAsyncEnumerable<RedirectedCluster> ReadRedirectedAsync(string profileType, string name, CancellationToken cancellationToken) =>
        database.StreamAsync(
            db => ProfileStreams.Rows(
                db,
                """
                SELECT r.cluster_no, r.from_id, r.first_node, COALESCE(c.cluster_no, 0) FROM cluster_redirects r LEFT JOIN clusters c ON c.cluster_id = r.to_id
                WHERE r.type_no = (SELECT type_no FROM profile_types WHERE name = ?1) AND r.name = ?2 ORDER BY r.cluster_no
                """,
                row => new RedirectedCluster(row.Long(0), Id(row, 1), row.Long(2), row.Long(3)),
                profileType, name),
            Chunk,
            cancellationToken);

    public ValueTask ApplyAsync(ClusterChanges changes, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => new ClusterWriting(transaction, changes).Run(), cancellationToken);

    public ValueTask<StoredCluster?> FindAsync(ClusterId id, CancellationToken cancellationToken) =>
        database.SnapshotAsync(db => Resolve(db, id) is { } number ? Find(db, number) : null, cancellationToken);

    public ValueTask<Page<StoredProfile>> MembersAsync(ClusterId id, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Number(MemberList, after) ?? 0;
        return database.SnapshotAsync(
            db =>
            {
                if (Resolve(db, id) is not { } number)
                {
                    return new Page<StoredProfile>([], null);
                }

                using var rows = db.Query(
                    ProfileRows.Select +
                    """
                     WHERE p.profile_no > ?2 AND p.profile_no IN (
                       SELECT np.profile_no FROM cluster_nodes cn CROSS JOIN node_profile np ON np.node_id = cn.node_id WHERE cn.cluster_no = ?1)
                    ORDER BY p.profile_no LIMIT ?3
                    """,
                    number, behind, limit + 1L);
                return Paging.Page(rows, limit, row => ProfileRows.Read(db, row), last => Cursor.Of(MemberList, last.Number));
            },
            cancellationToken);
    }

    private static StoredCluster? Find(SqlConnection db, long number)
    {
        using var rows = db.Query(
            """
            SELECT c.cluster_id, t.name, c.name, c.created_at,
              (SELECT COUNT(DISTINCT np.profile_no) FROM cluster_nodes cn JOIN node_profile np ON np.node_id = cn.node_id WHERE cn.cluster_no = c.cluster_no)
            FROM clusters c JOIN profile_types t ON t.type_no = c.type_no WHERE c.cluster_no = ?1
            """,
            number);
        if (!rows.Step())
        {
            return null;
        }

        var previous = ProfileStreams.Rows(
            db,
            """
            WITH RECURSIVE earlier(id) AS (
              SELECT from_id FROM cluster_redirects WHERE to_id = (SELECT cluster_id FROM clusters WHERE cluster_no = ?1)
              UNION SELECT r.from_id FROM cluster_redirects r JOIN earlier e ON r.to_id = e.id)
            SELECT id FROM earlier ORDER BY id
            """,
            row => Id(row, 0),
            number);
        return new StoredCluster(Id(rows, 0), rows.Text(1), rows.Text(2), rows.Long(4), [.. previous], rows.Time(3));
    }

    private static long? Resolve(SqlConnection db, ClusterId id)
    {
        for (var hop = 0; hop < MostHops; hop++)
        {
            if (ClusterWriting.Number(db, id) is { } number)
            {
                return number;
            }

            using var redirect = db.Query("SELECT to_id FROM cluster_redirects WHERE from_id = ?1", ClusterWriting.Key(id));
            if (!redirect.Step())
            {
                return null;
            }

            id = Id(redirect, 0);
        }

        return null;
    }

    private static ClusterId Id(SqlStatement row, int column) => new(row.Id(column).Value);
}
