using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Segments;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Segments;

internal sealed class SqliteSegmentStateStore(Database database) : ISegmentStateStore
{
    private const long Minutes = TimeSpan.TicksPerMinute;

    public ValueTask<IReadOnlyList<SegmentSize>> SizesAsync(string segment, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyList<SegmentSize>>(
            db =>
            {
                if (SegmentRows.Number(db, segment) is not { } number)
                {
                    return [];
                }

                // The last point before the window tells the size at its beginning.
                var first = from is { } some
                    ? db.Number("SELECT MAX(minute) FROM segment_sizes WHERE segment_no = ?1 AND minute <= ?2 AND at <= ?3", number, some.UtcTicks / Minutes, some)
                    : null;
                return [.. ProfileStreams.Rows(
                    db,
                    "SELECT at, size FROM segment_sizes WHERE segment_no = ?1 AND minute >= ?2 AND at < ?3 ORDER BY minute",
                    row => new SegmentSize(row.Time(0), row.Long(1)),
                    number, first ?? (from?.UtcTicks ?? 0) / Minutes, to?.UtcTicks ?? long.MaxValue)];
            },
            cancellationToken);

    public IAsyncEnumerable<MemberSince> SinceAsync(string segment, CancellationToken cancellationToken) =>
        database.StreamAsync(
            db => ProfileStreams.Rows(
                db,
                "SELECT profile_no, since FROM segment_members WHERE segment_no = (SELECT segment_no FROM segments WHERE name = ?1) ORDER BY profile_no",
                row => new MemberSince(row.Long(0), row.Time(1)),
                segment),
            chunk: 1000,
            cancellationToken);

    public ValueTask ThinSizesAsync(DateTimeOffset hourly, DateTimeOffset daily, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                Thin(transaction.Db, 60, hourly);
                Thin(transaction.Db, 24 * 60, daily);
            },
            cancellationToken);

    public ValueTask PutListAsync(string segment, IReadOnlyList<long> profiles, DateTimeOffset at, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                var db = transaction.Db;
                var number = SegmentRows.Ensure(db, segment);
                db.Run("DELETE FROM segment_lists WHERE segment_no = ?1", number);
                foreach (var profile in profiles)
                {
                    db.Run("INSERT INTO segment_lists(segment_no, profile_id) SELECT ?1, profile_id FROM profiles WHERE profile_no = ?2 ON CONFLICT DO NOTHING", number, profile);
                }

                db.Run("INSERT INTO segment_times(segment_no, listed_at) VALUES (?1, ?2) ON CONFLICT(segment_no) DO UPDATE SET listed_at = excluded.listed_at", number, at);
            },
            cancellationToken);

    public ValueTask<long[]?> ListedAsync(string segment, CancellationToken cancellationToken) =>
        database.SnapshotAsync(
            db =>
            {
                if (SegmentRows.Number(db, segment) is not { } number || db.Number("SELECT listed_at FROM segment_times WHERE segment_no = ?1", number) is null)
                {
                    return null;
                }

                var listed = new SortedSet<long>();
                var moved = new List<ProfileId>();
                foreach (var (id, profile) in ProfileStreams.Rows(
                             db,
                             "SELECT l.profile_id, p.profile_no FROM segment_lists l LEFT JOIN profiles p ON p.profile_id = l.profile_id WHERE l.segment_no = ?1",
                             row => (Id: row.Id(0), Profile: row.LongOrNull(1)),
                             number))
                {
                    if (profile is { } living)
                    {
                        listed.Add(living);
                    }
                    else
                    {
                        moved.Add(id);
                    }
                }

                listed.UnionWith(moved.Select(id => ProfileRows.Resolve(db, id)).OfType<long>());
                return (long[]?)[.. listed];
            },
            cancellationToken);

    public ValueTask ComputedAsync(IReadOnlyList<string> segments, DateTimeOffset at, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                foreach (var segment in segments)
                {
                    transaction.Db.Run(
                        "INSERT INTO segment_times(segment_no, computed_at) VALUES (?1, ?2) ON CONFLICT(segment_no) DO UPDATE SET computed_at = excluded.computed_at",
                        SegmentRows.Ensure(transaction.Db, segment), at);
                }
            },
            cancellationToken);

    public ValueTask UsedAsync(string segment, DateTimeOffset at, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                transaction.Db.Run(
                    "INSERT INTO segment_times(segment_no, used_at) VALUES (?1, ?2) ON CONFLICT(segment_no) DO UPDATE SET used_at = excluded.used_at",
                    SegmentRows.Ensure(transaction.Db, segment), at);
            },
            cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, SegmentTimes>> TimesAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyDictionary<string, SegmentTimes>>(
            db => ProfileStreams.Rows(
                    db,
                    "SELECT s.name, t.listed_at, t.computed_at, t.used_at FROM segment_times t JOIN segments s ON s.segment_no = t.segment_no",
                    row => (Name: row.Text(0), Times: new SegmentTimes(row.TimeOrNull(1), row.TimeOrNull(2), row.TimeOrNull(3))))
                .ToDictionary(pair => pair.Name, pair => pair.Times, StringComparer.Ordinal),
            cancellationToken);

    // Of each stretch of so many minutes that lies wholly before the moment the last point stays.
    private static void Thin(SqlConnection db, long minutes, DateTimeOffset before) => db.Run(
        """
        DELETE FROM segment_sizes WHERE minute / ?1 < ?2 AND EXISTS (
          SELECT 1 FROM segment_sizes later
          WHERE later.segment_no = segment_sizes.segment_no AND later.minute > segment_sizes.minute AND later.minute < (segment_sizes.minute / ?1 + 1) * ?1)
        """,
        minutes, before.UtcTicks / Minutes / minutes);
}
