namespace CustomerInsights.Storage.Events;

/// <summary>Events as received: a log in a database of its own, without secondary index, committed before the answer.</summary>
public interface IEventLog
{
    /// <summary>Appends events, all or none; durable when the task completes. Calls are grouped into transactions.</summary>
    /// <returns>The position of the last of them.</returns>
    ValueTask<long> AppendAsync(IReadOnlyList<ReadOnlyMemory<byte>> events, CancellationToken cancellationToken);

    /// <summary>
    /// Makes sure that no event to come gets a position up to this one: who projected so far must not take new events for old ones when the log was lost.
    /// </summary>
    /// <returns>The position of the last event there ever was, or the given one where that is later.</returns>
    ValueTask<long> BeginAfterAsync(long position, CancellationToken cancellationToken);

    /// <summary>Events behind a position, in order, at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<LoggedEvent>> ReadAsync(long after, int limit, CancellationToken cancellationToken);

    /// <summary>Removes events up to a position that every consumer has passed.</summary>
    ValueTask TrimAsync(long upTo, CancellationToken cancellationToken);

    /// <summary>Deletes single events, and overwrites what is deleted; gives how many there were.</summary>
    ValueTask<int> DeleteAsync(IReadOnlyCollection<long> positions, CancellationToken cancellationToken);
}

/// <summary>An event of the log.</summary>
/// <param name="Position">Grows by order of arrival; never used twice.</param>
/// <param name="ReceivedAt">When it came.</param>
/// <param name="Body">What came.</param>
public sealed record LoggedEvent(long Position, DateTimeOffset ReceivedAt, byte[] Body);
