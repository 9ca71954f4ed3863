using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification.Identities;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>Reads who is one step from some nodes, and what a change of them needs.</summary>
internal static class IdentityReach
{
    public static List<NeighbourNode> Tied(SqlConnection db, string profileType, IReadOnlyCollection<long> nodes, IReadOnlyCollection<Identifier> identifiers, int limit)
    {
        var type = ProfileRows.Type(db, profileType) ?? 0;
        var (found, profiles) = (new SortedSet<long>(nodes), new HashSet<long>());
        foreach (var node in nodes)
        {
            if (db.Number("SELECT np.profile_no FROM node_profile np JOIN profiles p ON p.profile_no = np.profile_no WHERE np.node_id = ?1 AND p.type_no = ?2", node, type) is { } profile)
            {
                profiles.Add(profile);
            }

            Add(
                """
                SELECT b FROM edges WHERE a = ?1 AND type_no = ?2 AND kind <> ?3
                UNION ALL SELECT a FROM edges INDEXED BY edges_by_larger WHERE b = ?1 AND type_no = ?2 AND kind <> ?3 LIMIT ?4
                """,
                node, type, (long)EdgeKind.Denied, limit + 1L);
        }

        foreach (var (kind, value) in identifiers)
        {
            foreach (var profile in ProfileStreams.Rows(
                db,
                "SELECT i.profile_no FROM identifiers i JOIN profiles p ON p.profile_no = i.profile_no WHERE i.value = ?1 AND i.type = ?2 AND p.type_no = ?3 LIMIT ?4",
                row => row.Long(0),
                value, kind, type, limit + 1L))
            {
                profiles.Add(profile);
            }

            Add("SELECT node_id FROM loose_identifiers WHERE value = ?1 AND type = ?2 AND type_no = ?3 LIMIT ?4", value, kind, type, limit + 1L);
        }

        foreach (var profile in profiles.TakeWhile(_ => found.Count <= limit))
        {
            Add("SELECT node_id FROM node_profile WHERE profile_no = ?1 LIMIT ?2", profile, limit + 1L);
        }

        return [.. found.Take(limit + 1).SelectMany(node => Node(db, node))];

        void Add(string sql, params SqlValue[] values) => found.UnionWith(ProfileStreams.Rows(db, sql, row => row.Long(0), values));
    }

    public static ProfileNeighbourhood Neighbourhood(SqlConnection db, string profileType, IReadOnlyList<ProfileId> first, IReadOnlyCollection<long> nodes)
    {
        var type = ProfileRows.Type(db, profileType) ?? 0;
        var profiles = new List<ProfileId>(first);
        var loose = new List<long>();
        foreach (var node in nodes.Order())
        {
            using var rows = db.Query("SELECT p.profile_id FROM node_profile np JOIN profiles p ON p.profile_no = np.profile_no WHERE np.node_id = ?1", node);
            if (rows.Step())
            {
                profiles.Add(rows.Id(0));
            }
            else
            {
                loose.Add(node);
            }
        }

        var near = Profiles.Neighbourhood.Read(db, profiles);
        IReadOnlyList<NeighbourNode> all = [.. near.Nodes, .. loose.SelectMany(node => Node(db, node))];
        var inside = all.Select(node => node.Id).Concat(near.Members.Select(member => member.Node)).ToHashSet();
        var edges = inside.Order().SelectMany(node => ProfileStreams.Rows(
            db, "SELECT a, b, kind, rule, score, at FROM edges WHERE a = ?1 AND type_no = ?2 ORDER BY b, kind, rule", ProfileStreams.Edge, node, type));
        var named = loose.Select(node => new LooseNode(node, IdentityRows.Loose(db, node))).Where(node => node.Identifiers.Count > 0).ToList();
        var values = near.Fingerprints.SelectMany(profile => ProfileRows.Identifiers(db, profile.Profile)).Select(one => new Identifier(one.Type, one.Value))
            .Concat(named.SelectMany(node => node.Identifiers)).ToHashSet();
        return near with
        {
            Nodes = all,
            Edges = [.. edges.Where(edge => inside.Contains(edge.B))],
            Loose = named,
            Demotions = [.. values.Select(one => IdentityRows.Find(db, type, one.Type, one.Value)).OfType<DemotedIdentifier>()],
        };
    }

    private static IEnumerable<NeighbourNode> Node(SqlConnection db, long node) => ProfileStreams.Rows(
        db,
        """
        SELECT n.node_id, s.name, n.key, r.document FROM nodes n
        JOIN streams s ON s.stream_no = n.stream_no LEFT JOIN records r ON r.record_no = n.record_no AND n.present = 1
        WHERE n.node_id = ?1 AND s.name IS NOT NULL
        """,
        row => new NeighbourNode(row.Long(0), row.Text(1), row.Text(2), row.BlobOrNull(3)),
        node);
}
