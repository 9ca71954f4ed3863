using CustomerInsights.Core.Model;

namespace CustomerInsights.Storage.Segments;

/// <summary>What a follower of the feed found for a batch of profiles; written in one transaction with its position.</summary>
/// <param name="At">Since when.</param>
/// <param name="Moves">Who enters and who leaves. A move that is no change, and one of a profile or segment that is no more, is passed over.</param>
/// <param name="Measures">Value documents of profiles by number; null removes.</param>
/// <param name="Consumer">The follower.</param>
/// <param name="Position">Where it stands in the feed after them; it never goes back.</param>
public sealed record MembershipChanges(
    DateTimeOffset At, IReadOnlyList<MembershipMove> Moves, IReadOnlyList<KeyValuePair<long, byte[]?>> Measures, string Consumer, long Position);

/// <summary>Who enters and leaves a segment by an evaluation on a snapshot.</summary>
/// <param name="Segment">The segment.</param>
/// <param name="Entered">Who enters.</param>
/// <param name="Left">Who leaves.</param>
/// <param name="At">Since when.</param>
/// <param name="After">The row of the feed behind which somebody else's rows name who is left out: profiles, their activities, measures and memberships.</param>
/// <param name="Own">Rows behind it that whoever writes made itself; they name nobody.</param>
public sealed record SnapshotMembers(string Segment, IReadOnlyList<long> Entered, IReadOnlyList<long> Left, DateTimeOffset At, long After, IReadOnlyList<FeedRange> Own);

/// <summary>What came of it.</summary>
/// <param name="Entered">How many entered.</param>
/// <param name="Left">How many left.</param>
/// <param name="Rows">The rows of the feed that it made.</param>
public readonly record struct MembersWritten(int Entered, int Left, FeedRange Rows);

/// <summary>A coming or going, by numbers.</summary>
/// <param name="Segment">The segment's number.</param>
/// <param name="Profile">The profile's number.</param>
/// <param name="Entered">True to enter, false to leave.</param>
public readonly record struct MembershipMove(long Segment, long Profile, bool Entered);

/// <summary>The rows of the feed that a write made: numbers after the first and up to the last. Equal when it made none.</summary>
/// <param name="After">The number before its first row.</param>
/// <param name="Last">The number of its last row.</param>
public readonly record struct FeedRange(long After, long Last)
{
    /// <summary>Whether a row is one of them.</summary>
    public bool Contains(long row) => row > After && row <= Last;
}

/// <summary>A coming or going of any segment.</summary>
/// <param name="Sequence">Its number; grows over all segments in the order of commits.</param>
/// <param name="Segment">The segment.</param>
/// <param name="Profile">The profile.</param>
/// <param name="Entered">True when it entered, false when it left.</param>
/// <param name="At">When.</param>
public sealed record NumberedMove(long Sequence, string Segment, ProfileId Profile, bool Entered, DateTimeOffset At);
