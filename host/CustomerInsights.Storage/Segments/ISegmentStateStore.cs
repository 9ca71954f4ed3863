namespace CustomerInsights.Storage.Segments;

/// <summary>What is kept of segments besides their members: sizes over time, the lists of static ones, and when they were taken, computed and used.</summary>
public interface ISegmentStateStore
{
    /// <summary>The sizes of a segment, oldest first: one a minute at most, written with the members that changed it.</summary>
    /// <param name="segment">The segment.</param>
    /// <param name="from">Points before it are left out, but for the last one, which tells the size at that moment; null: from the beginning.</param>
    /// <param name="to">Points at it or later are left out; null: to the end.</param>
    /// <param name="cancellationToken">Cancels.</param>
    ValueTask<IReadOnlyList<SegmentSize>> SizesAsync(string segment, DateTimeOffset? from, DateTimeOffset? to, CancellationToken cancellationToken);

    /// <summary>The members of a segment with since when, by number, all of one moment.</summary>
    IAsyncEnumerable<MemberSince> SinceAsync(string segment, CancellationToken cancellationToken);

    /// <summary>Leaves of the sizes of all segments the last one of each hour (UTC) where they are older than <paramref name="hourly"/>, of each day where older than <paramref name="daily"/>.</summary>
    ValueTask ThinSizesAsync(DateTimeOffset hourly, DateTimeOffset daily, CancellationToken cancellationToken);

    /// <summary>Puts who is on the list of a static segment, in the place of who was. Numbers of profiles that are no more are left out.</summary>
    ValueTask PutListAsync(string segment, IReadOnlyList<long> profiles, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>The numbers of the profiles on the list, ascending; one that was merged away counts as the profile that it became. Null when no list was ever put.</summary>
    ValueTask<long[]?> ListedAsync(string segment, CancellationToken cancellationToken);

    /// <summary>Notes that segments were computed out of turn: by their own schedule, or because somebody asked.</summary>
    ValueTask ComputedAsync(IReadOnlyList<string> segments, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>Notes that somebody looked at a segment.</summary>
    ValueTask UsedAsync(string segment, DateTimeOffset at, CancellationToken cancellationToken);

    /// <summary>The times of all segments that have some, by name.</summary>
    ValueTask<IReadOnlyDictionary<string, SegmentTimes>> TimesAsync(CancellationToken cancellationToken);
}

/// <summary>A size.</summary>
/// <param name="At">When it came to it.</param>
/// <param name="Size">Members.</param>
public readonly record struct SegmentSize(DateTimeOffset At, long Size);

/// <summary>A member.</summary>
/// <param name="Profile">The profile's number.</param>
/// <param name="Since">Since when.</param>
public readonly record struct MemberSince(long Profile, DateTimeOffset Since);

/// <summary>When what happened to a segment; null for what never did.</summary>
/// <param name="ListedAt">When its list was put.</param>
/// <param name="ComputedAt">When it was last computed out of turn.</param>
/// <param name="UsedAt">When somebody last looked at it.</param>
public sealed record SegmentTimes(DateTimeOffset? ListedAt, DateTimeOffset? ComputedAt, DateTimeOffset? UsedAt);
