using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Links;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Links;

/// <summary>Reads links between profiles out of links between nodes.</summary>
internal static class LinkRows
{
    /// <summary>A loop ends the walk by itself; the bound is for chains that nobody means.</summary>
    public const int MostParents = 1000;

    /// <summary>The number of the profile that a profile points at, or null.</summary>
    public static long? Target(SqlConnection db, long profile, LinkKind kind) => db.Number(
        """
        SELECT target.profile_no FROM node_profile np
        CROSS JOIN node_links l ON l.kind = ?2 AND l.from_node = np.node_id
        CROSS JOIN node_profile target ON target.node_id = l.to_node
        WHERE np.profile_no = ?1 AND target.profile_no <> ?1
        ORDER BY l.rank, l.from_node LIMIT 1
        """,
        profile, (long)kind);

    /// <summary>The numbers of the profiles that point at a profile, ascending, behind a number.</summary>
    public static IEnumerable<long> Sources(SqlConnection db, long profile, LinkKind kind, long behind)
    {
        // A link is not enough: another record of the same profile may decide otherwise.
        using var rows = db.Query(
            """
            SELECT DISTINCT source.profile_no FROM node_profile np
            CROSS JOIN node_links l ON l.kind = ?2 AND l.to_node = np.node_id
            CROSS JOIN node_profile source ON source.node_id = l.from_node
            WHERE np.profile_no = ?1 AND source.profile_no > ?3 ORDER BY source.profile_no
            """,
            profile, (long)kind, behind);
        while (rows.Step())
        {
            var source = rows.Long(0);
            if (Target(db, source, kind) == profile)
            {
                yield return source;
            }
        }
    }

    /// <summary>The parents, nearest first, and the circle that they end at.</summary>
    public static (List<long> Parents, List<long> Circle) Ancestors(SqlConnection db, long profile)
    {
        var way = new List<long> { profile };
        var place = new Dictionary<long, int> { [profile] = 0 };
        while (way.Count <= MostParents && Target(db, way[^1], LinkKind.Parent) is { } parent)
        {
            if (place.TryGetValue(parent, out var from))
            {
                return (way[1..(from + 1)], way[from..]);
            }

            place[parent] = way.Count;
            way.Add(parent);
        }

        return (way[1..], []);
    }

    public static IEnumerable<StoredLink> Read(SqlConnection db, string profileType, LinkKind kind)
    {
        using var rows = db.Query(
            """
            SELECT from_node, to_node, rank FROM node_links
            WHERE kind = ?2 AND type_no = (SELECT type_no FROM profile_types WHERE name = ?1) ORDER BY from_node
            """,
            profileType, (long)kind);
        while (rows.Step())
        {
            yield return new StoredLink(rows.Long(0), rows.Long(1), rows.Int(2));
        }
    }

    /// <summary>For every profile of a type that points at another: both numbers.</summary>
    public static IEnumerable<KeyValuePair<long, long>> Targets(SqlConnection db, string profileType, LinkKind kind)
    {
        using var rows = db.Query(
            """
            SELECT np.profile_no, target.profile_no FROM profiles p
            CROSS JOIN node_profile np ON np.profile_no = p.profile_no
            CROSS JOIN node_links l ON l.kind = ?2 AND l.from_node = np.node_id
            CROSS JOIN node_profile target ON target.node_id = l.to_node
            WHERE p.type_no = (SELECT type_no FROM profile_types WHERE name = ?1) AND target.profile_no <> np.profile_no
            ORDER BY np.profile_no, l.rank, l.from_node
            """,
            profileType, (long)kind);
        var last = 0L;
        while (rows.Step())
        {
            if (rows.Long(0) != last)
            {
                last = rows.Long(0);
                yield return KeyValuePair.Create(last, rows.Long(1));
            }
        }
    }
}
