using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>Reads of many rows, and of what a profile is made of.</summary>
internal static class ProfileStreams
{
    public static IEnumerable<T> Rows<T>(SqlConnection db, string sql, Func<SqlStatement, T> read, params SqlValue[] values)
    {
        using var rows = db.Query(sql, values);
        while (rows.Step())
        {
            yield return read(rows);
        }
    }

    public static StoredEdge Edge(SqlStatement row) => new(row.Long(0), row.Long(1), (EdgeKind)row.Int(2), row.Text(3), row.Real(4)) { At = row.TimeOrNull(5) };

    public static IEnumerable<RedirectedProfile> Redirected(SqlConnection db, string profileType) => Rows(
        db,
        """
        SELECT r.profile_no, r.from_id, r.first_node, COALESCE(p.profile_no, 0)
        FROM redirects r LEFT JOIN profiles p ON p.profile_id = r.to_id
        WHERE r.type_no = (SELECT type_no FROM profile_types WHERE name = ?1) ORDER BY r.profile_no
        """,
        row => new RedirectedProfile(row.Long(0), row.Id(1), row.Long(2), row.Long(3)),
        profileType);

    public static ProfileLineage Lineage(SqlConnection db, long profile)
    {
        var nodes = Rows(
            db,
            """
            SELECT n.node_id, s.name, n.key FROM node_profile np JOIN nodes n ON n.node_id = np.node_id JOIN streams s ON s.stream_no = n.stream_no
            WHERE np.profile_no = ?1 AND s.name IS NOT NULL ORDER BY n.node_id
            """,
            row => new LineageNode(row.Long(0), row.Text(1), row.Text(2)),
            profile);
        var edges = Rows(
            db,
            """
            SELECT e.a, e.b, e.kind, e.rule, e.score, e.at FROM node_profile np
            CROSS JOIN edges e ON e.a = np.node_id JOIN node_profile other ON other.node_id = e.b AND other.profile_no = ?1
            JOIN profiles p ON p.profile_no = ?1 AND p.type_no = e.type_no
            WHERE np.profile_no = ?1 ORDER BY e.a, e.b, e.kind, e.rule
            """,
            Edge,
            profile);
        var previous = Rows(
            db,
            """
            WITH RECURSIVE earlier(id) AS (
              SELECT r.from_id FROM redirects r JOIN profiles p ON p.profile_id = r.to_id WHERE p.profile_no = ?1
              UNION SELECT r.from_id FROM redirects r JOIN earlier e ON r.to_id = e.id)
            SELECT id FROM earlier ORDER BY id
            """,
            row => row.Id(0),
            profile);
        return new ProfileLineage([.. nodes], [.. edges], [.. previous]);
    }
}
