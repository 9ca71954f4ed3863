using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>What profiles are found by: two tables in step, each in the order of profiles.</summary>
internal static class SearchedProfiles
{
    public static IEnumerable<SearchedProfile> Read(SqlConnection db, string profileType)
    {
        if (ProfileRows.Type(db, profileType) is not { } type)
        {
            yield break;
        }

        // The + keeps SQLite to the table's own order: by the index on types each row would be looked up.
        using var profiles = db.Query("SELECT profile_no, display_name, attributes, unknown FROM profiles WHERE +type_no = ?1 ORDER BY profile_no", type);
        using var identifiers = db.Query(
            "SELECT profile_no, type, value FROM identifiers INDEXED BY identifiers_by_profile WHERE profile_no > 0 ORDER BY profile_no, value, type");
        var there = identifiers.Step();
        while (profiles.Step())
        {
            var number = profiles.Long(0);
            var own = new List<ProfileIdentifier>();
            for (; there && identifiers.Long(0) <= number; there = identifiers.Step())
            {
                if (identifiers.Long(0) == number)
                {
                    own.Add(new ProfileIdentifier(identifiers.Text(1), identifiers.Text(2)));
                }
            }

            yield return new SearchedProfile(number, profileType, profiles.Text(1), profiles.Blob(2), profiles.Flag(3), own);
        }
    }

    public static List<SearchedProfile> Read(SqlConnection db, IEnumerable<long> numbers)
    {
        var found = new List<SearchedProfile>();
        foreach (var number in numbers)
        {
            using var row = db.Query("SELECT t.name, p.display_name, p.attributes, p.unknown FROM profiles p JOIN profile_types t ON t.type_no = p.type_no WHERE p.profile_no = ?1", number);
            if (row.Step())
            {
                found.Add(new SearchedProfile(number, row.Text(0), row.Text(1), row.Blob(2), row.Flag(3), ProfileRows.Identifiers(db, number)));
            }
        }

        return found;
    }
}
