using CustomerInsights.Core.Model;

namespace CustomerInsights.Storage.Segments;

/// <summary>Members of segments, since when, and who came and went.</summary>
public interface ISegmentStore
{
    /// <summary>The numbers of all member profiles, ascending.</summary>
    ValueTask<long[]> MembersAsync(string segment, CancellationToken cancellationToken);

    /// <summary>Adds and removes members with history and feed rows, and stores the new size, all or none. No change writes nothing.</summary>
    ValueTask ApplyAsync(string segment, IReadOnlyList<long> entered, IReadOnlyList<long> left, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>How many members there are; 0 for a segment never computed.</summary>
    ValueTask<long> CountAsync(string segment, CancellationToken cancellationToken);

    /// <summary>
    /// The same for who was evaluated on a snapshot: whoever the feed names since then, in rows that are committed when this is written, is left as they are.
    /// Nothing can come between the look and the write.
    /// </summary>
    /// <returns>How many entered and left indeed, and the rows of the feed that it made.</returns>
    ValueTask<MembersWritten> ApplyAsync(SnapshotMembers members, CancellationToken cancellationToken);

    /// <summary>Members, oldest profile first.</summary>
    ValueTask<Page<SegmentMember>> ListAsync(string segment, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>Members in an order.</summary>
    /// <exception cref="BadCursorException">The cursor is of another order, or none.</exception>
    ValueTask<Page<SegmentMember>> ListAsync(string segment, SegmentMemberOrder order, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>Who came and went, newest first.</summary>
    ValueTask<Page<SegmentMove>> HistoryAsync(string segment, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>The segments that a profile is in, by name, since when.</summary>
    ValueTask<IReadOnlyList<KeyValuePair<string, DateTimeOffset>>> OfProfileAsync(ProfileId profile, CancellationToken cancellationToken);

    /// <summary>The numbers that stand for segments in the members below; those never heard of are given one.</summary>
    ValueTask<IReadOnlyDictionary<string, long>> NumbersAsync(IReadOnlyList<string> segments, CancellationToken cancellationToken);

    /// <summary>Writes moves and measures with history and feed rows (one a profile that moved), and the follower's position, all or none.</summary>
    /// <returns>The rows of the feed that it made, so that the follower knows its own.</returns>
    ValueTask<FeedRange> ApplyAsync(MembershipChanges changes, CancellationToken cancellationToken);

    /// <summary>The number of the last coming or going; 0 when there never was one.</summary>
    ValueTask<long> LastMoveAsync(CancellationToken cancellationToken);

    /// <summary>Comings and goings behind a number, in order, of some segments or of all when it is null; those of deleted segments are gone.</summary>
    /// <returns>The moves, and how far was read: where to go on, whether or not a move was found.</returns>
    ValueTask<(IReadOnlyList<NumberedMove> Moves, long Through)> MovesAsync(long after, IReadOnlyCollection<string>? segments, int limit, CancellationToken cancellationToken);

    /// <summary>Completes when a coming or going behind a number is committed; at once, when one is. Nothing is polled.</summary>
    ValueTask WaitForMovesAsync(long after, CancellationToken cancellationToken);

    /// <summary>Removes a segment's members and history.</summary>
    ValueTask DeleteAsync(string segment, CancellationToken cancellationToken);
}

/// <summary>A member.</summary>
/// <param name="Number">The profile's number.</param>
/// <param name="Profile">The profile.</param>
/// <param name="DisplayName">What to call it.</param>
/// <param name="Since">Since when.</param>
public sealed record SegmentMember(long Number, ProfileId Profile, string DisplayName, DateTimeOffset Since);

/// <summary>How members are ordered; ties by profile, oldest first.</summary>
public enum SegmentMemberOrder
{
    /// <summary>Oldest profile first.</summary>
    Profile,

    /// <summary>Who entered last, first.</summary>
    Newest,

    /// <summary>Who entered first, first.</summary>
    Oldest,

    /// <summary>By display name, by code point.</summary>
    Name,
}

/// <summary>A coming or going.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="Entered">True when it entered, false when it left.</param>
/// <param name="At">When.</param>
public sealed record SegmentMove(ProfileId Profile, bool Entered, DateTimeOffset At);
