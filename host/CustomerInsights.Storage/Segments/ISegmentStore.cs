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

    /// <summary>Members, oldest profile first.</summary>
    ValueTask<Page<SegmentMember>> ListAsync(string segment, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>Members in an order.</summary>
    /// <exception cref="BadCursorException">The cursor is of another order, or none.</exception>
    ValueTask<Page<SegmentMember>> ListAsync(string segment, SegmentMemberOrder order, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>Who came and went, newest first.</summary>
    ValueTask<Page<SegmentMove>> HistoryAsync(string segment, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>The segments that a profile is in, by name, since when.</summary>
    ValueTask<IReadOnlyList<KeyValuePair<string, DateTimeOffset>>> OfProfileAsync(ProfileId profile, CancellationToken cancellationToken);

    /// <summary>Removes a segment's members and history.</summary>
    ValueTask DeleteAsync(string segment, CancellationToken cancellationToken);
}

/// <summary>A member.</summary>
/// <param name="Profile">The profile.</param>
/// <param name="DisplayName">What to call it.</param>
/// <param name="Since">Since when.</param>
public sealed record SegmentMember(ProfileId Profile, string DisplayName, DateTimeOffset Since);

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
