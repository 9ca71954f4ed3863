using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Activities;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Enrichments;
using CustomerInsights.Storage.Sqlite.Identifiers;

namespace CustomerInsights.Storage.Sqlite.Profiles;

/// <summary>
/// Merges two ordered cursors, profiles by number and activities by their profile's number, so that memory holds a batch of profiles and no more.
/// </summary>
internal static class Population
{
    public static IEnumerable<PopulationProfile> Read(SqlConnection db, PopulationQuery query)
    {
        if (ProfileRows.Type(db, query.ProfileType) is not { } type)
        {
            yield break;
        }

        using var profiles = db.Query(
            """
            SELECT p.profile_no, p.profile_id, p.attributes, m.document
            FROM profiles p LEFT JOIN profile_measures m ON m.profile_no = p.profile_no
            WHERE p.type_no = ?1 AND p.profile_no > ?2 ORDER BY p.profile_no
            """,
            type, query.AfterNumber);
        using var activities = new ActivityCursor(db, query);
        using var enriched = new VisibleAnswers.Cursor(db, query.AfterNumber);
        using var identifiers = query.Identifiers ? new IdentifierRows.Cursor(db, query.AfterNumber) : null;
        while (profiles.Step())
        {
            var number = profiles.Long(0);
            yield return new PopulationProfile(number, profiles.Id(1), profiles.Blob(2), profiles.BlobOrNull(3), activities.Of(number))
            {
                Enriched = enriched.Of(number),
                Identifiers = identifiers?.Of(number) ?? [],
            };
        }
    }

    /// <summary>How many profiles of a type there are.</summary>
    public static long Count(SqlConnection db, string profileType) =>
        db.Number("SELECT COUNT(*) FROM profiles WHERE type_no = (SELECT type_no FROM profile_types WHERE name = ?1)", profileType) ?? 0;

    /// <summary>The order of a profile's activities: by time, at the same time by id.</summary>
    public static int ByTime(PopulationActivity a, PopulationActivity b) => a.At != b.At ? a.At.CompareTo(b.At) : string.CompareOrdinal(a.Id, b.Id);

    /// <summary>Activities by profile number; asked for growing numbers only.</summary>
    private sealed class ActivityCursor : IDisposable
    {
        private static readonly List<PopulationActivity> s_none = [];

        private readonly SqlStatement? _rows;
        private readonly Dictionary<long, string> _types = [];
        private bool _hasRow;

        public ActivityCursor(SqlConnection db, PopulationQuery query)
        {
            var numbers = ActivityTypes.Numbers(db, query.ActivityTypes);
            if (numbers.Length == 0)
            {
                return;
            }

            _types = ActivityTypes.Names(db);

            // CROSS JOIN keeps SQLite to this order: any other would have to sort all activities.
            _rows = db.Query(
                $"""
                 SELECT np.profile_no, a.activity_no, a.type_no, a.at, a.document
                 FROM node_profile np INDEXED BY node_profile_by_profile CROSS JOIN activities a INDEXED BY activities_by_node ON a.node_id = np.node_id
                 WHERE np.profile_no > ?1{ActivityTypes.Filter(db, query.ActivityTypes, "a.type_no", first: 2)} ORDER BY np.profile_no
                 """,
                [query.AfterNumber, .. numbers]);
            _hasRow = _rows.Step();
        }

        public List<PopulationActivity> Of(long profile)
        {
            List<PopulationActivity>? found = null;
            while (_hasRow && _rows!.Long(0) <= profile)
            {
                if (_rows.Long(0) == profile)
                {
                    (found ??= []).Add(new PopulationActivity(ActivityId.Text(_rows.Long(1)), _types[_rows.Long(2)], _rows.Time(3), _rows.Blob(4)));
                }

                _hasRow = _rows.Step();
            }

            // A profile of several nodes has its activities node by node.
            found?.Sort(ByTime);
            return found ?? s_none;
        }

        public void Dispose() => _rows?.Dispose();
    }
}
