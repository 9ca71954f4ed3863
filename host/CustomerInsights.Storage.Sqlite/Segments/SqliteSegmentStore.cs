using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Segments;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Segments;

internal sealed partial class SqliteSegmentStore(Database database) : ISegmentStore
{
    private const string MemberList = "members";
    private const string HistoryList = "history";

    public ValueTask<long[]> MembersAsync(string segment, CancellationToken cancellationToken) =>
        database.ReadAsync<long[]>(
            db => [.. ProfileStreams.Rows(
                db,
                "SELECT profile_no FROM segment_members WHERE segment_no = (SELECT segment_no FROM segments WHERE name = ?1) ORDER BY profile_no",
                row => row.Long(0),
                segment)],
            cancellationToken);

    public ValueTask ApplyAsync(
        string segment, IReadOnlyList<long> entered, IReadOnlyList<long> left, DateTimeOffset at, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => { _ = MembersWriting.Write(transaction, segment, entered, left, at, except: null); }, cancellationToken);

    public ValueTask<MembersWritten> ApplyAsync(SnapshotMembers members, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => MembersWriting.Write(transaction, members), cancellationToken);

    public ValueTask<long> CountAsync(string segment, CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.Number("SELECT size FROM segments WHERE name = ?1", segment) ?? 0, cancellationToken);

    public ValueTask<Page<SegmentMember>> ListAsync(string segment, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Number(MemberList, after) ?? 0;
        return database.ReadAsync(
            db =>
            {
                using var rows = db.Query(
                    """
                    SELECT p.profile_id, p.display_name, m.since, m.profile_no
                    FROM segment_members m CROSS JOIN profiles p ON p.profile_no = m.profile_no
                    WHERE m.segment_no = (SELECT segment_no FROM segments WHERE name = ?1) AND m.profile_no > ?2 ORDER BY m.profile_no LIMIT ?3
                    """,
                    segment, behind, limit + 1L);
                return Paging.Page(rows, limit, row => new SegmentMember(row.Long(3), row.Id(0), row.Text(1), row.Time(2)), MemberList, numberColumn: 3);
            },
            cancellationToken);
    }

    public ValueTask<Page<SegmentMove>> HistoryAsync(string segment, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Number(HistoryList, after) ?? long.MaxValue;
        return database.ReadAsync(
            db =>
            {
                using var rows = db.Query(
                    """
                    SELECT profile_id, entered, at, move_no FROM segment_history
                    WHERE segment_no = (SELECT segment_no FROM segments WHERE name = ?1) AND move_no < ?2 ORDER BY move_no DESC LIMIT ?3
                    """,
                    segment, behind, limit + 1L);
                return Paging.Page(rows, limit, row => new SegmentMove(row.Id(0), row.Flag(1), row.Time(2)), HistoryList, numberColumn: 3);
            },
            cancellationToken);
    }

    public ValueTask<IReadOnlyList<KeyValuePair<string, DateTimeOffset>>> OfProfileAsync(ProfileId profile, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyList<KeyValuePair<string, DateTimeOffset>>>(
            db => ProfileRows.Resolve(db, profile) is not { } number
                ? []
                : [.. ProfileStreams.Rows(
                    db,
                    "SELECT s.name, m.since FROM segment_members m JOIN segments s ON s.segment_no = m.segment_no WHERE m.profile_no = ?1 ORDER BY s.name",
                    row => KeyValuePair.Create(row.Text(0), row.Time(1)),
                    number)],
            cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, long>> NumbersAsync(IReadOnlyList<string> segments, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyDictionary<string, long>>(
            transaction => segments.Distinct(StringComparer.Ordinal).ToDictionary(
                name => name, name => SegmentRows.Number(transaction.Db, name) ?? SegmentRows.Ensure(transaction.Db, name), StringComparer.Ordinal),
            cancellationToken);

    public ValueTask<FeedRange> ApplyAsync(MembershipChanges changes, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => new MembershipWriting(transaction, changes).Apply(), cancellationToken);

    // The counter and not the last row: the row may be one of a deleted segment.
    public ValueTask<long> LastMoveAsync(CancellationToken cancellationToken) =>
        database.ReadAsync(db => db.Number("SELECT value FROM counters WHERE counter = ?1", (long)Counter.Move) ?? 0, cancellationToken);

    public ValueTask<(IReadOnlyList<NumberedMove> Moves, long Through)> MovesAsync(
        long after, IReadOnlyCollection<string>? segments, int limit, CancellationToken cancellationToken) =>
        database.Recent.Read(after, segments, limit) is { } recent
            ? ValueTask.FromResult(recent)
            : database.SnapshotAsync(db => MoveReading.Read(db, after, segments, limit), cancellationToken);

    public ValueTask WaitForMovesAsync(long after, CancellationToken cancellationToken) => database.Moves.WaitAsync(after, cancellationToken);

    public ValueTask DeleteAsync(string segment, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                if (SegmentRows.Number(transaction.Db, segment) is not { } number)
                {
                    return;
                }

                foreach (var profile in ProfileStreams.Rows(
                             transaction.Db, "SELECT profile_no FROM segment_members WHERE segment_no = ?1", row => row.Long(0), number).ToList())
                {
                    transaction.Feed(ChangeKind.Membership, profile);
                }

                transaction.Db.Run("DELETE FROM segment_members WHERE segment_no = ?1", number);
                transaction.Db.Run("DELETE FROM segment_history WHERE segment_no = ?1", number);
                transaction.Db.Run("DELETE FROM segment_sizes WHERE segment_no = ?1", number);
                transaction.Db.Run("DELETE FROM segment_lists WHERE segment_no = ?1", number);
                transaction.Db.Run("DELETE FROM segment_times WHERE segment_no = ?1", number);
                transaction.Db.Run("DELETE FROM segments WHERE segment_no = ?1", number);
                transaction.Recent.Remove(number);
            },
            cancellationToken);
}
