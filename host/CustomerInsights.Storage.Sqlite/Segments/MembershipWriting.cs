using CustomerInsights.Storage.Segments;
using CustomerInsights.Storage.Sqlite.Changes;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Measures;

namespace CustomerInsights.Storage.Sqlite.Segments;

/// <summary>Writes what a follower of the feed found, with its position.</summary>
internal static class MembershipWriting
{
    public static FeedRange Apply(WriteTransaction transaction, MembershipChanges changes)
    {
        var after = transaction.Last(Counter.Feed);
        SqliteMeasureStore.Put(transaction, changes.Measures);
        foreach (var move in changes.Moves)
        {
            // Either may have gone since the rule was evaluated.
            if (SegmentRows.IdOf(transaction.Db, move.Profile) is not { } id
                || transaction.Db.Number("SELECT 1 FROM segments WHERE segment_no = ?1", move.Segment) is null)
            {
                continue;
            }

            if (move.Entered)
            {
                SegmentRows.Enter(transaction, move.Segment, move.Profile, id, changes.At);
            }
            else
            {
                SegmentRows.Leave(transaction, move.Segment, move.Profile, id, changes.At);
            }
        }

        SqliteChangeFeed.Advance(transaction.Db, changes.Consumer, changes.Position);
        return new FeedRange(after, transaction.Last(Counter.Feed));
    }
}
