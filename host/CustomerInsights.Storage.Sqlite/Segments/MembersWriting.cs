using CustomerInsights.Storage.Segments;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Segments;

/// <summary>Writes who enters and who leaves one segment.</summary>
internal static class MembersWriting
{
    public static MembersWritten Write(WriteTransaction transaction, SnapshotMembers members) =>
        members.Entered.Count + members.Left.Count == 0
            ? default
            : Write(transaction, members.Segment, members.Entered, members.Left, members.At, NamedSince(transaction.Db, members));

    public static MembersWritten Write(
        WriteTransaction transaction, string segment, IReadOnlyList<long> entered, IReadOnlyList<long> left, DateTimeOffset at, IReadOnlySet<long>? except)
    {
        if (entered.Count + left.Count == 0)
        {
            return default;
        }

        var after = transaction.Last(Counter.Feed);
        var number = SegmentRows.Ensure(transaction.Db, segment);
        var gone = Each(transaction, left, except, (profile, id) => SegmentRows.Leave(transaction, number, profile, id, at));

        // One that was merged away since the rule was evaluated can enter nothing.
        var come = Each(transaction, entered, except, (profile, id) => SegmentRows.Enter(transaction, number, profile, id, at));
        if (come + gone > 0)
        {
            SegmentRows.NoteSize(transaction.Db, number, at);
        }

        return new MembersWritten(come, gone, new FeedRange(after, transaction.Last(Counter.Feed)));
    }

    private static int Each(WriteTransaction transaction, IReadOnlyList<long> profiles, IReadOnlySet<long>? except, Func<long, Core.Model.ProfileId, bool> move)
    {
        var moved = 0;
        foreach (var profile in profiles)
        {
            if (except?.Contains(profile) != true && SegmentRows.IdOf(transaction.Db, profile) is { } id && move(profile, id))
            {
                moved++;
            }
        }

        return moved;
    }

    private static HashSet<long> NamedSince(SqlConnection db, SnapshotMembers members)
    {
        var named = new HashSet<long>();
        foreach (var (row, kind, id) in ProfileStreams.Rows(
                     db, "SELECT seq, kind, id FROM feed WHERE seq > ?1 ORDER BY seq", row => (row.Long(0), (ChangeKind)row.Int(1), row.Long(2)), members.After))
        {
            if (members.Own.Any(own => own.Contains(row)))
            {
                continue;
            }

            if (kind is ChangeKind.Profile or ChangeKind.Measures or ChangeKind.Membership)
            {
                named.Add(id);
            }
            else if (kind is ChangeKind.Activity && id != 0 && db.Number("SELECT profile_no FROM node_profile WHERE node_id = ?1", id) is { } profile)
            {
                named.Add(profile);
            }
        }

        return named;
    }
}
