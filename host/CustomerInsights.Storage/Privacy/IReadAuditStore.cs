using CustomerInsights.Core.Model;

namespace CustomerInsights.Storage.Privacy;

/// <summary>Who read whom, when. Append only, until it is old.</summary>
public interface IReadAuditStore
{
    /// <summary>Adds a row; durable when the task completes. Rows that come at once are committed together.</summary>
    ValueTask AppendAsync(ReadEntry entry, CancellationToken cancellationToken);

    /// <summary>Rows, newest first; of a profile or a principal where asked.</summary>
    ValueTask<Page<ReadEntry>> ListAsync(ProfileId? profile, string? principal, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>Forgets rows of before, at most some thousands; true when there may be more.</summary>
    ValueTask<bool> TrimAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>A read of personal data.</summary>
/// <param name="At">When.</param>
/// <param name="Principal">Who.</param>
/// <param name="Route">By which route.</param>
/// <param name="Profile">Whose; null for lists.</param>
/// <param name="Count">How many items were given; null when they were streamed.</param>
/// <param name="QueryHash">The keyed hash of the query; null without one.</param>
public sealed record ReadEntry(DateTimeOffset At, string Principal, string Route, ProfileId? Profile, long? Count, string? QueryHash);
