using CustomerInsights.Core.Consent;
using CustomerInsights.Storage.Identifiers;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Identifiers;

/// <summary>Reads identifiers with what is known of them. One of which nothing is known has the state of a new one.</summary>
internal static class IdentifierRows
{
    private const string Columns =
        "s.consent, s.consent_at, s.consent_source, s.consent_reason, s.deliverable, s.update_type, s.deliverable_reason, s.deliverable_at, s.last_seen, s.seen_by, s.opted_out, s.opted_out_at";

    public static IdentifierState? Find(SqlConnection db, string type, string value)
    {
        using var row = db.Query($"SELECT {Columns} FROM identifier_states s WHERE s.value = ?1 AND s.type = ?2", value, type);
        return row.Step() ? State(row, type, value, 0) : null;
    }

    public static List<IdentifierState> OfProfile(SqlConnection db, long profile) =>
        [.. ProfileStreams.Rows(
            db,
            $"SELECT i.type, i.value, {Columns} FROM identifiers i LEFT JOIN identifier_states s ON s.value = i.value AND s.type = i.type WHERE i.profile_no = ?1 ORDER BY i.type, i.value",
            row => State(row, row.Text(0), row.Text(1), 2),
            profile)];

    public static IEnumerable<IdentifiersOfProfile> Stream(SqlConnection db, string profileType)
    {
        if (ProfileRows.Type(db, profileType) is not { } type)
        {
            yield break;
        }

        using var profiles = db.Query("SELECT profile_no FROM profiles WHERE type_no = ?1 ORDER BY profile_no", type);
        using var identifiers = new Cursor(db, 0);
        while (profiles.Step())
        {
            if (identifiers.Of(profiles.Long(0)) is { Count: > 0 } found)
            {
                yield return new IdentifiersOfProfile(profiles.Long(0), found);
            }
        }
    }

    private static IdentifierState State(SqlStatement row, string type, string value, int at) => row.IsNull(at) ? new IdentifierState(type, value) : new IdentifierState(type, value)
    {
        Consent = (ConsentStatus)row.Int(at),
        ConsentAt = row.TimeOrNull(at + 1),
        ConsentSource = row.TextOrNull(at + 2),
        ConsentReason = row.TextOrNull(at + 3),
        Deliverable = row.Flag(at + 4),
        UpdateType = row.TextOrNull(at + 5),
        DeliverabilityReason = row.TextOrNull(at + 6),
        DeliverabilityAt = row.TimeOrNull(at + 7),
        LastSeen = row.TimeOrNull(at + 8),
        SeenBy = row.TextOrNull(at + 9),
        OptedOut = row.Flag(at + 10),
        OptedOutAt = row.TimeOrNull(at + 11),
    };

    /// <summary>Identifiers by profile number; asked for growing numbers only.</summary>
    internal sealed class Cursor : IDisposable
    {
        private readonly SqlStatement _rows;
        private bool _hasRow;

        public Cursor(SqlConnection db, long after)
        {
            _rows = db.Query(
                $"""
                 SELECT i.profile_no, i.type, i.value, {Columns}
                 FROM identifiers i INDEXED BY identifiers_by_profile LEFT JOIN identifier_states s ON s.value = i.value AND s.type = i.type
                 WHERE i.profile_no > ?1 ORDER BY i.profile_no
                 """,
                after);
            _hasRow = _rows.Step();
        }

        public List<IdentifierState> Of(long profile)
        {
            var found = new List<IdentifierState>();
            while (_hasRow && _rows.Long(0) <= profile)
            {
                if (_rows.Long(0) == profile)
                {
                    found.Add(State(_rows, _rows.Text(1), _rows.Text(2), 3));
                }

                _hasRow = _rows.Step();
            }

            found.Sort(static (a, b) => string.CompareOrdinal(a.Type, b.Type) is not 0 and var byType ? byType : string.CompareOrdinal(a.Value, b.Value));
            return found;
        }

        public void Dispose() => _rows.Dispose();
    }
}
