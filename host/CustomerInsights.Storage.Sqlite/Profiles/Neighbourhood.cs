using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>Reads some profiles with everything that a change of them needs.</summary>
internal static class Neighbourhood
{
    public static ProfileNeighbourhood Read(SqlConnection db, IReadOnlyList<ProfileId> profiles)
    {
        var (nodes, members, redirected, edges, fingerprints) =
            (new List<NeighbourNode>(), new List<Membership>(), new List<RedirectedProfile>(), new List<StoredEdge>(), new List<ProfileFingerprint>());
        foreach (var id in profiles.Distinct())
        {
            if (ProfileRows.Number(db, id) is not { } number)
            {
                continue;
            }

            nodes.AddRange(ProfileStreams.Rows(
                db,
                """
                SELECT n.node_id, s.name, n.key, r.document FROM node_profile np JOIN nodes n ON n.node_id = np.node_id
                JOIN streams s ON s.stream_no = n.stream_no LEFT JOIN records r ON r.record_no = n.record_no AND n.present = 1
                WHERE np.profile_no = ?1 AND s.name IS NOT NULL ORDER BY n.node_id
                """,
                row => new NeighbourNode(row.Long(0), row.Text(1), row.Text(2), row.BlobOrNull(3)),
                number));
            members.AddRange(ProfileStreams.Rows(
                db,
                """
                SELECT np.node_id, p.profile_no, p.profile_id, p.first_node FROM node_profile np JOIN profiles p ON p.profile_no = np.profile_no
                WHERE np.profile_no = ?1 ORDER BY np.node_id
                """,
                row => new Membership(row.Long(0), row.Long(1), row.Id(2), row.Long(3)),
                number));
            redirected.AddRange(ProfileStreams.Rows(
                db,
                "SELECT profile_no, from_id, first_node, ?2 FROM redirects WHERE to_id = ?1 ORDER BY profile_no",
                row => new RedirectedProfile(row.Long(0), row.Id(1), row.Long(2), row.Long(3)),
                id, number));
            fingerprints.AddRange(ProfileStreams.Rows(
                db,
                "SELECT profile_no, profile_id, hash FROM profiles WHERE profile_no = ?1",
                row => new ProfileFingerprint(row.Long(0), row.Id(1), row.Blob(2)),
                number));
            edges.AddRange(ProfileStreams.Rows(
                db,
                """
                SELECT e.a, e.b, e.kind, e.rule, e.score, e.at FROM node_profile np CROSS JOIN edges e ON e.a = np.node_id
                JOIN profiles p ON p.profile_no = ?1 AND p.type_no = e.type_no WHERE np.profile_no = ?1 ORDER BY e.a, e.b, e.kind, e.rule
                """,
                ProfileStreams.Edge,
                number));
        }

        var inside = members.Select(member => member.Node).ToHashSet();
        return new ProfileNeighbourhood(nodes, members, redirected, [.. edges.Where(edge => inside.Contains(edge.B))], fingerprints);
    }
}
