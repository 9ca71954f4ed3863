using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Enrichments;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>Profiles to and from their rows.</summary>
internal static class ProfileRows
{
    public const string Select =
        """
        SELECT p.profile_no, p.profile_id, t.name, p.display_name, p.attributes, p.provenance, m.document, p.created_at, p.changed_at, p.unknown
        FROM profiles p JOIN profile_types t ON t.type_no = p.type_no LEFT JOIN profile_measures m ON m.profile_no = p.profile_no
        """;

    // A loop cannot come about while every redirect ends at a profile; the bound is for a file that somebody else wrote to.
    private const int MostHops = 1000;

    /// <summary>The number of a profile by its id or by one that was merged away, or null.</summary>
    public static long? Resolve(SqlConnection db, ProfileId id)
    {
        for (var hop = 0; hop < MostHops; hop++)
        {
            if (Number(db, id) is { } number)
            {
                return number;
            }

            using var redirect = db.Query("SELECT to_id FROM redirects WHERE from_id = ?1", id);
            if (!redirect.Step())
            {
                return null;
            }

            id = redirect.Id(0);
        }

        return null;
    }

    public static long? Number(SqlConnection db, ProfileId id) => db.Number("SELECT profile_no FROM profiles WHERE profile_id = ?1", id);

    public static StoredProfile? Find(SqlConnection db, long number)
    {
        using var rows = db.Query(Select + " WHERE p.profile_no = ?1", number);
        return rows.Step() ? Read(db, rows) : null;
    }

    public static StoredProfile Read(SqlConnection db, SqlStatement row) => new(
        row.Long(0),
        row.Id(1),
        row.Text(2),
        row.Text(3),
        row.Blob(4),
        row.Text(5),
        row.BlobOrNull(6),
        Identifiers(db, row.Long(0)),
        row.Time(7),
        row.Time(8))
    {
        Enriched = VisibleAnswers.Of(db, VisibleAnswers.Sets(db), row.Long(0)),
        IsUnknown = row.Flag(9),
    };

    public static List<ProfileIdentifier> Identifiers(SqlConnection db, long number)
    {
        using var rows = db.Query("SELECT type, value FROM identifiers WHERE profile_no = ?1 ORDER BY type, value", number);
        var identifiers = new List<ProfileIdentifier>();
        while (rows.Step())
        {
            identifiers.Add(new ProfileIdentifier(rows.Text(0), rows.Text(1)));
        }

        return identifiers;
    }

    public static long? Type(SqlConnection db, string name) => db.Number("SELECT type_no FROM profile_types WHERE name = ?1", name);

    public static ProfileBasis Basis(SqlConnection db, string type)
    {
        using var rows = db.Query("SELECT verdict_revision, revision FROM profile_types WHERE name = ?1", type);
        return rows.Step() ? new ProfileBasis(rows.Long(0), rows.Long(1)) : new ProfileBasis(0, 0);
    }

    public static long EnsureType(SqlConnection db, string name)
    {
        if (Type(db, name) is { } known)
        {
            return known;
        }

        db.Run("INSERT INTO profile_types(name) VALUES (?1)", name);
        return Type(db, name) ?? 0;
    }
}
