using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;
using CustomerInsights.Storage.Trends;

namespace CustomerInsights.Storage.Sqlite.Trends;

internal sealed class SqliteTrendStore(Database database) : ITrendStore
{
    private const string SelectProfiles = "SELECT profile_type, day, total, at, known, reachable, channels, settings FROM trend_profiles WHERE profile_type = ?1 AND ";

    public ValueTask<PeopleCount> CountPeopleAsync(string profileType, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db => ProfileStreams.Rows(
                db,
                "SELECT COUNT(*), COALESCE(SUM(unknown = 0), 0) FROM profiles WHERE type_no = (SELECT type_no FROM profile_types WHERE name = ?1)",
                row => new PeopleCount(row.Long(0), row.Long(1)),
                profileType).First(),
            cancellationToken);

    public ValueTask<IReadOnlyList<DayTotal>?> LedgerTotalsAsync(string profileType, DateOnly until, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyList<DayTotal>?>(db => LedgerTotals.Read(db, profileType, until, cancellationToken), cancellationToken);

    public ValueTask<IReadOnlyList<ActiveCount>> CountActiveAsync(DateOnly from, DateOnly until, IReadOnlyCollection<string> inactive, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyList<ActiveCount>>(db => new ActiveCounting(db, from, until, inactive).Count(cancellationToken), cancellationToken);

    public ValueTask<long> PutProfilesAsync(IReadOnlyList<ProfileDay> days, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => days.Sum(day => (long)transaction.Db.Run(
                """
                INSERT INTO trend_profiles(profile_type, day, total, at, known, reachable, channels, settings) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8)
                ON CONFLICT DO UPDATE SET total = excluded.total, at = excluded.at, known = excluded.known, reachable = excluded.reachable,
                  channels = excluded.channels, settings = excluded.settings
                WHERE (total, known, reachable, channels, settings) IS NOT (excluded.total, excluded.known, excluded.reachable, excluded.channels, excluded.settings)
                """,
                day.ProfileType, day.Day.DayNumber, day.Total, day.At, day.Measured?.Known, day.Measured?.Reachable, day.Measured?.Channels, day.Measured?.Settings)),
            cancellationToken);

    public ValueTask<IReadOnlyList<ProfileDay>> ProfilesAsync(string profileType, DateOnly from, DateOnly to, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ProfileDay>>(
            db => [.. ProfileStreams.Rows(db, SelectProfiles + "day BETWEEN ?2 AND ?3 ORDER BY day", Profiles, profileType, from.DayNumber, to.DayNumber)], cancellationToken);

    public ValueTask<ProfileDay?> LastMeasuredAsync(string profileType, DateOnly before, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db => ProfileStreams.Rows(db, SelectProfiles + "day < ?2 AND known IS NOT NULL ORDER BY day DESC LIMIT 1", Profiles, profileType, before.DayNumber).FirstOrDefault(), cancellationToken);

    public ValueTask<long> PutActiveAsync(IReadOnlyList<ActiveDay> days, bool reopen, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => days.Sum(day => (long)transaction.Db.Run(
                """
                INSERT INTO trend_active(day, known, anonymous, final, backfilled, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)
                ON CONFLICT DO UPDATE SET known = excluded.known, anonymous = excluded.anonymous, final = excluded.final, at = excluded.at
                WHERE (?7 OR NOT final) AND (known, anonymous, final) IS NOT (excluded.known, excluded.anonymous, excluded.final)
                """,
                day.Count.Day.DayNumber, day.Count.Known, day.Count.Anonymous, day.Final ? 1 : 0, day.Backfilled ? 1 : 0, day.At, reopen ? 1 : 0)),
            cancellationToken);

    public ValueTask<IReadOnlyList<ActiveDay>> ActiveAsync(DateOnly from, DateOnly to, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ActiveDay>>(
            db => [.. ProfileStreams.Rows(
                db,
                "SELECT day, known, anonymous, final, backfilled, at FROM trend_active WHERE day BETWEEN ?1 AND ?2 ORDER BY day",
                row => new ActiveDay(new ActiveCount(DateOnly.FromDayNumber(row.Int(0)), row.Long(1), row.Long(2)), row.Flag(3), row.Flag(4), row.Time(5)),
                from.DayNumber, to.DayNumber)],
            cancellationToken);

    public ValueTask<DateOnly?> FinalThroughAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<DateOnly?>(db => db.Number("SELECT MAX(day) FROM trend_active WHERE final") is { } day ? DateOnly.FromDayNumber((int)day) : null, cancellationToken);

    private static ProfileDay Profiles(SqlStatement row) => new(
        row.Text(0),
        DateOnly.FromDayNumber(row.Int(1)),
        row.Long(2),
        row.Time(3),
        row.IsNull(4) ? null : new MeasuredDay(row.Long(4), row.Long(5), row.Text(6), row.Text(7)));
}
