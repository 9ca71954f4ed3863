using CustomerInsights.Storage.Segments;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Segments;

/// <content>Members in other orders than that of profiles. No index serves them: a page looks at all members of the segment.</content>
internal sealed partial class SqliteSegmentStore
{
    private const string Select =
        """
        SELECT p.profile_id, p.display_name, m.since, m.profile_no
        FROM segment_members m CROSS JOIN profiles p ON p.profile_no = m.profile_no
        WHERE m.segment_no = (SELECT segment_no FROM segments WHERE name = ?1)
        """;

    public ValueTask<Page<SegmentMember>> ListAsync(string segment, SegmentMemberOrder order, string? after, int limit, CancellationToken cancellationToken) => order switch
    {
        SegmentMemberOrder.Newest => ListBySinceAsync("newest", " AND (m.since, -m.profile_no) < (?2, -?3) ORDER BY m.since DESC, m.profile_no LIMIT ?4", long.MaxValue, segment, after, limit, cancellationToken),
        SegmentMemberOrder.Oldest => ListBySinceAsync("oldest", " AND (m.since, m.profile_no) > (?2, ?3) ORDER BY m.since, m.profile_no LIMIT ?4", long.MinValue, segment, after, limit, cancellationToken),
        SegmentMemberOrder.Name => ListByNameAsync(segment, after, limit, cancellationToken),
        _ => ListAsync(segment, after, limit, cancellationToken),
    };

    private ValueTask<Page<SegmentMember>> ListBySinceAsync(
        string list, string tail, long begin, string segment, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Parts(list, after, 2) is { } parts ? (Since: Cursor.PartNumber(list, parts[0]), Profile: Cursor.PartNumber(list, parts[1])) : (Since: begin, Profile: 0L);
        return database.ReadAsync(
            db =>
            {
                using var rows = db.Query(Select + tail, segment, behind.Since, behind.Profile, limit + 1L);
                return Page(rows, limit, list, member => Number(member.Since.UtcTicks));
            },
            cancellationToken);
    }

    private ValueTask<Page<SegmentMember>> ListByNameAsync(string segment, string? after, int limit, CancellationToken cancellationToken)
    {
        const string List = "names";

        // The number first: a name may contain anything.
        var behind = Cursor.Parts(List, after, 2) is { } parts ? (Profile: Cursor.PartNumber(List, parts[0]), Name: parts[1]) : (Profile: 0L, Name: "");
        return database.ReadAsync(
            db =>
            {
                using var rows = db.Query(
                    Select + " AND (p.display_name, m.profile_no) > (?2, ?3) ORDER BY p.display_name, m.profile_no LIMIT ?4", segment, behind.Name, behind.Profile, limit + 1L);
                return Page(rows, limit, List, null);
            },
            cancellationToken);
    }

    private static Page<SegmentMember> Page(SqlStatement rows, int limit, string list, Func<SegmentMember, string>? key)
    {
        var last = 0L;
        return Paging.Page(
            rows,
            limit,
            row =>
            {
                last = row.Long(3);
                return new SegmentMember(row.Long(3), row.Id(0), row.Text(1), row.Time(2));
            },
            member => key is null ? Cursor.Of(list, Number(last), member.DisplayName) : Cursor.Of(list, key(member), Number(last)));
    }

    private static string Number(long number) => number.ToString(System.Globalization.CultureInfo.InvariantCulture);
}
