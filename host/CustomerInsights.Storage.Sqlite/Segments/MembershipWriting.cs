using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Segments;
using CustomerInsights.Storage.Sqlite.Changes;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Measures;

namespace CustomerInsights.Storage.Sqlite.Segments;

/// <summary>
/// Writes what a follower of the feed found, with its position. Moves come by the thousand in a second, so that sizes and feed rows are written once
/// a segment and once a profile.
/// </summary>
internal sealed class MembershipWriting(WriteTransaction transaction, MembershipChanges changes)
{
    private readonly Dictionary<long, ProfileId?> _ids = [];
    private readonly Dictionary<long, (bool Exists, long Growth)> _segments = [];
    private readonly HashSet<long> _moved = [];

    public FeedRange Apply()
    {
        var after = transaction.Last(Counter.Feed);
        SqliteMeasureStore.Put(transaction, changes.Measures);
        foreach (var move in changes.Moves)
        {
            // Either may have gone since the rule was evaluated.
            if (IdOf(move.Profile) is { } id && SegmentOf(move.Segment) is (true, var growth)
                && SegmentRows.Move(transaction, move.Segment, move.Profile, id, move.Entered, changes.At))
            {
                _segments[move.Segment] = (true, growth + (move.Entered ? 1 : -1));
                _moved.Add(move.Profile);
            }
        }

        foreach (var (segment, (_, growth)) in _segments.Where(pair => pair.Value.Growth != 0))
        {
            SegmentRows.Grow(transaction, segment, growth);
            SegmentRows.NoteSize(transaction.Db, segment, changes.At);
        }

        foreach (var profile in _moved)
        {
            transaction.Feed(ChangeKind.Membership, profile);
        }

        SqliteChangeFeed.Advance(transaction.Db, changes.Consumer, changes.Position);
        return new FeedRange(after, transaction.Last(Counter.Feed));
    }

    private ProfileId? IdOf(long profile)
    {
        if (!_ids.TryGetValue(profile, out var id))
        {
            _ids[profile] = id = SegmentRows.IdOf(transaction.Db, profile);
        }

        return id;
    }

    private (bool Exists, long Growth) SegmentOf(long segment)
    {
        if (!_segments.TryGetValue(segment, out var known))
        {
            _segments[segment] = known = (transaction.Db.Number("SELECT 1 FROM segments WHERE segment_no = ?1", segment) is not null, 0);
        }

        return known;
    }
}
