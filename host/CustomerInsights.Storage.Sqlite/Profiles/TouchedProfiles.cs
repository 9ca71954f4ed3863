using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Activities;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Enrichments;
using CustomerInsights.Storage.Sqlite.Identifiers;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>Reads single profiles with what decides their memberships; a whole population has <see cref="Population"/>.</summary>
internal static class TouchedProfiles
{
    public static List<TouchedProfile> Read(SqlConnection db, IReadOnlyList<ProfileRead> reads)
    {
        var types = new Dictionary<string, long?>(StringComparer.Ordinal);
        var names = new Dictionary<long, string>();
        var found = new List<TouchedProfile>(reads.Count);
        var sets = VisibleAnswers.Sets(db);
        foreach (var read in reads)
        {
            using var row = db.Query(
                """
                SELECT p.profile_id, t.name, p.attributes, m.document
                FROM profiles p JOIN profile_types t ON t.type_no = p.type_no LEFT JOIN profile_measures m ON m.profile_no = p.profile_no
                WHERE p.profile_no = ?1
                """,
                read.Number);
            if (row.Step())
            {
                var wanted = Numbers(db, read.ActivityTypes, types, names);
                var profile = new PopulationProfile(read.Number, row.Id(0), row.Blob(2), row.BlobOrNull(3), wanted.Count == 0 ? [] : Activities(db, read.Number, wanted, names))
                {
                    Enriched = VisibleAnswers.Of(db, sets, read.Number),
                    Identifiers = read.Identifiers ? IdentifierRows.OfProfile(db, read.Number) : [],
                };
                found.Add(new TouchedProfile(row.Text(1), profile, Segments(db, read.Number)));
            }
        }

        return found;
    }

    private static HashSet<long> Segments(SqlConnection db, long profile) =>
        [.. ProfileStreams.Rows(db, "SELECT segment_no FROM segment_members INDEXED BY segment_members_by_profile WHERE profile_no = ?1", row => row.Long(0), profile)];

    // A profile has few activities of types that nobody asks: passing over them costs less than a statement for each set of types.
    private static List<PopulationActivity> Activities(SqlConnection db, long profile, HashSet<long> wanted, Dictionary<long, string> names)
    {
        var activities = new List<PopulationActivity>();
        var (ordered, nodes, node) = (true, 0, 0L);
        using var rows = db.Query(
            """
            SELECT a.activity_no, a.type_no, a.at, a.document, a.node_id
            FROM node_profile np INDEXED BY node_profile_by_profile CROSS JOIN activities a INDEXED BY activities_by_node ON a.node_id = np.node_id
            WHERE np.profile_no = ?1
            """,
            profile);
        while (rows.Step())
        {
            nodes += rows.Long(4) == node ? 0 : 1;
            node = rows.Long(4);
            if (wanted.Contains(rows.Long(1)))
            {
                var activity = new PopulationActivity(ActivityId.Text(rows.Long(0)), names[rows.Long(1)], rows.Time(2), rows.Blob(3));
                ordered &= activities.Count == 0 || (nodes == 1 && activities[^1].At < activity.At);
                activities.Add(activity);
            }
        }

        // The index gives a node's activities by time; those of several nodes, and those of one time, are still to be put in order.
        if (!ordered)
        {
            activities.Sort(Population.ByTime);
        }

        return activities;
    }

    private static HashSet<long> Numbers(SqlConnection db, IReadOnlyCollection<string> wanted, Dictionary<string, long?> types, Dictionary<long, string> names)
    {
        var numbers = new HashSet<long>();
        foreach (var name in wanted)
        {
            if (!types.TryGetValue(name, out var number))
            {
                types[name] = number = db.Number("SELECT type_no FROM activity_types WHERE name = ?1", name);
            }

            if (number is { } known)
            {
                names[known] = name;
                numbers.Add(known);
            }
        }

        return numbers;
    }
}
