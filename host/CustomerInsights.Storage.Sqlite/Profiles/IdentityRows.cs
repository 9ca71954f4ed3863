using CustomerInsights.Core.Unification.Identities;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>Rows of loose nodes and of demotions.</summary>
internal static class IdentityRows
{
    public const string Demotion = "SELECT d.type, d.value, d.cause, d.limit_type, d.limit_most, d.limit_found, d.at";

    /// <summary>Writes what a change says of loose nodes and demotions, where it differs.</summary>
    public static void Write(SqlConnection db, ProfileChanges changes, long type, DateTimeOffset now)
    {
        foreach (var (node, identifiers) in changes.Loose)
        {
            var known = Loose(db, node);
            if (known.Count == identifiers.Count && known.ToHashSet().SetEquals(identifiers))
            {
                continue;
            }

            db.Run("DELETE FROM loose_identifiers WHERE node_id = ?1", node);
            foreach (var (kind, value) in identifiers)
            {
                db.Run("INSERT OR IGNORE INTO loose_identifiers(value, type, type_no, node_id) VALUES (?1, ?2, ?3, ?4)", value, kind, type, node);
            }
        }

        foreach (var (kind, value) in changes.Restored)
        {
            db.Run("DELETE FROM demotions WHERE type_no = ?1 AND type = ?2 AND value = ?3", type, kind, value);
        }

        foreach (var ((kind, value), cause, breach) in changes.Demoted)
        {
            db.Run(
                """
                INSERT INTO demotions(type_no, type, value, cause, limit_type, limit_most, limit_found, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                ON CONFLICT DO UPDATE SET cause = excluded.cause, limit_type = excluded.limit_type, limit_most = excluded.limit_most, limit_found = excluded.limit_found
                WHERE cause <> excluded.cause OR limit_type IS NOT excluded.limit_type OR limit_most IS NOT excluded.limit_most OR limit_found IS NOT excluded.limit_found
                """,
                type, kind, value, (long)cause, breach?.Type, breach?.Limit, breach?.Found, now);
        }
    }

    /// <summary>What a loose node is named by.</summary>
    public static List<Identifier> Loose(SqlConnection db, long node) =>
        [.. ProfileStreams.Rows(db, "SELECT type, value FROM loose_identifiers WHERE node_id = ?1 ORDER BY type, value", row => new Identifier(row.Text(0), row.Text(1)), node)];

    /// <summary>A demotion.</summary>
    public static StoredDemotion Read(SqlStatement row, long profiles) => new(
        new DemotedIdentifier(
            new Identifier(row.Text(0), row.Text(1)),
            (DemotionCause)row.Int(2),
            row.TextOrNull(3) is { } type ? new LimitBreach(type, row.Int(4), row.Int(5)) : null),
        row.Time(6),
        profiles);

    /// <summary>The demotion of a value, or null.</summary>
    public static DemotedIdentifier? Find(SqlConnection db, long type, string kind, string value)
    {
        using var rows = db.Query(Demotion + " FROM demotions d WHERE d.type_no = ?1 AND d.type = ?2 AND d.value = ?3", type, kind, value);
        return rows.Step() ? Read(rows, 0).Demoted : null;
    }
}
