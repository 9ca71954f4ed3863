namespace CustomerInsights.Storage;

/// <summary>What changed, in order. Rows are written in the transaction of the change. Every consumer keeps its own position.</summary>
public interface IChangeFeed
{
    /// <summary>The number of the last row; 0 when there never was one.</summary>
    ValueTask<long> LastAsync(CancellationToken cancellationToken);

    /// <summary>Rows behind a number, in order, at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<Change>> ReadAsync(long after, int limit, CancellationToken cancellationToken);

    /// <summary>The last row of each kind, and for activities of each type, behind a number: what has changed since, told shortly. In no order; the rows' <see cref="Change.Id"/> is 0.</summary>
    ValueTask<IReadOnlyList<Change>> LatestAsync(long after, CancellationToken cancellationToken);

    /// <summary>Completes when a row behind a number is committed; at once, when one is. Nothing is polled.</summary>
    ValueTask WaitAsync(long after, CancellationToken cancellationToken);

    /// <summary>Where a consumer stands; 0 at first.</summary>
    ValueTask<long> PositionAsync(string consumer, CancellationToken cancellationToken);

    /// <summary>Moves a consumer on; never back. With 0 it makes the consumer known, so that nothing is trimmed before it has come.</summary>
    ValueTask AdvanceAsync(string consumer, long position, CancellationToken cancellationToken);

    /// <summary>Removes rows that all consumers have passed.</summary>
    ValueTask TrimAsync(CancellationToken cancellationToken);
}

/// <summary>A row of the feed.</summary>
/// <param name="Sequence">Its number.</param>
/// <param name="Kind">What changed.</param>
/// <param name="Id">Which: a profile's number or a node; 0 for activities of no node, and for definitions.</param>
/// <param name="ActivityType">The type of the activities; null for other kinds and where it is not known.</param>
public readonly record struct Change(long Sequence, ChangeKind Kind, long Id, string? ActivityType = null);

/// <summary>What changed.</summary>
public enum ChangeKind
{
    /// <summary>A profile was made, changed or removed.</summary>
    Profile = 1,

    /// <summary>An activity of a node was added, changed or removed.</summary>
    Activity = 2,

    /// <summary>A node's record came, changed or went.</summary>
    Node = 3,

    /// <summary>A profile's measures changed.</summary>
    Measures = 4,

    /// <summary>A profile entered or left a segment.</summary>
    Membership = 5,

    /// <summary>A definition was put or deleted.</summary>
    Definition = 6,

    /// <summary>What is known of an identifier changed; the row names a profile that holds it.</summary>
    Identifier = 7,
}
