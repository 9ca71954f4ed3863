using CustomerInsights.Core.Model;

namespace CustomerInsights.Storage.Profiles;

/// <summary>Profiles of one type by number, to be read as columns with all their activities.</summary>
/// <param name="ProfileType">The type.</param>
/// <param name="After">Start behind this number.</param>
/// <param name="UpTo">The last number.</param>
public sealed record ColumnRange(string ProfileType, long After, long UpTo);

/// <summary>
/// Takes profiles while they are read, each followed by its activities: by type, then by time, then by id. Called by one thread at a time. The bytes
/// are valid during the call only. What it throws ends the read and comes out of it.
/// </summary>
public interface IColumnSink
{
    /// <summary>A profile; numbers ascend.</summary>
    /// <param name="profileType">Its type.</param>
    /// <param name="number">Its number.</param>
    /// <param name="id">Its id.</param>
    /// <param name="attributes">A value document.</param>
    /// <param name="measures">A value document of measures and of what enrichments say; empty when there is none.</param>
    void Profile(string profileType, long number, ProfileId id, ReadOnlySpan<byte> attributes, ReadOnlySpan<byte> measures);

    /// <summary>An activity of the last profile.</summary>
    /// <param name="type">Its type.</param>
    /// <param name="id">Its id, as ASCII.</param>
    /// <param name="ticks">When, in UTC ticks.</param>
    /// <param name="document">A value document.</param>
    void Activity(string type, ReadOnlySpan<byte> id, long ticks, ReadOnlySpan<byte> document);
}

/// <summary>Takes profiles while they are read, each followed by its nodes. Called by one thread at a time; otherwise as <see cref="IColumnSink"/>.</summary>
public interface IColumnProfileSink
{
    /// <summary>A profile; numbers ascend.</summary>
    /// <param name="number">Its number.</param>
    /// <param name="id">Its id.</param>
    /// <param name="attributes">A value document.</param>
    /// <param name="measures">A value document of measures and of what enrichments say; empty when there is none.</param>
    void Profile(long number, ProfileId id, ReadOnlySpan<byte> attributes, ReadOnlySpan<byte> measures);

    /// <summary>A node of the last profile.</summary>
    void Node(long node);
}

/// <summary>Takes activities in the order in which the store keeps them. Called by one thread at a time; otherwise as <see cref="IColumnSink"/>.</summary>
public interface IColumnActivitySink
{
    /// <summary>Called first: which types there are.</summary>
    /// <param name="types">Their names; activities name them by their places in this list.</param>
    void Types(IReadOnlyList<string> types);

    /// <summary>An activity.</summary>
    /// <param name="node">Whose it is; of no profile perhaps.</param>
    /// <param name="type">The place of its type.</param>
    /// <param name="id">Its id, as ASCII.</param>
    /// <param name="ticks">When, in UTC ticks.</param>
    /// <param name="document">A value document.</param>
    void Activity(long node, int type, ReadOnlySpan<byte> id, long ticks, ReadOnlySpan<byte> document);
}

/// <summary>Activities by the order in which the store keeps them.</summary>
/// <param name="After">Start behind this place.</param>
/// <param name="UpTo">The last place.</param>
public readonly record struct ActivityRange(long After, long UpTo)
{
    /// <summary>How many activities there are at most.</summary>
    public long Count => UpTo - After;
}

/// <summary>How much there is of activities, about.</summary>
/// <param name="Ranges">All of them, in the order in which the store keeps them.</param>
/// <param name="DocumentBytes">The bytes of a document, as a sample of them has it.</param>
public sealed record ActivityExtent(IReadOnlyList<ActivityRange> Ranges, double DocumentBytes)
{
    /// <summary>How many activities there are at most.</summary>
    public long Count { get; } = Ranges.Sum(range => range.Count);
}

/// <summary>What changed behind a number of the feed, of one moment.</summary>
/// <param name="Position">The feed's last number at that moment.</param>
/// <param name="Trimmed">True when rows behind the number are gone already: then nothing was read, and everything has to be.</param>
/// <param name="Changed">Profiles that were made, changed or removed, or whose activities or measures changed, ascending. The sink was given those that live.</param>
public sealed record ColumnChanges(long Position, bool Trimmed, IReadOnlyList<long> Changed);
