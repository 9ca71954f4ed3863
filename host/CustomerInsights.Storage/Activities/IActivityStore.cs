using CustomerInsights.Core.Model;

namespace CustomerInsights.Storage.Activities;

/// <summary>
/// What the projector made of records: nodes and activities. An activity belongs to a node; a node may exist before its record does (an order that
/// names a contact not yet read), so that it is linked by itself when the record comes.
/// </summary>
public interface IActivityStore
{
    /// <summary>Where the projector stands in a stream; null when it never read it.</summary>
    ValueTask<ProjectionPosition?> PositionAsync(int stream, CancellationToken cancellationToken);

    /// <summary>Writes a batch and the position in one transaction, with feed rows for what really changed. Equal activities cost no write.</summary>
    ValueTask<ProjectionCounts> ProjectAsync(ProjectionBatch batch, CancellationToken cancellationToken);

    /// <summary>A profile's activities, and those in which it takes part, newest first, ties by id; of some types and of a stretch of time where asked.</summary>
    ValueTask<Page<StoredActivity>> ListAsync(
        ProfileId profile, IReadOnlyList<string>? types, ActivityWindow window, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>The activities of everybody, in the order in which they were first stored; of some types and of a stretch of time where asked.</summary>
    ValueTask<Page<OwnedActivity>> ListAllAsync(IReadOnlyList<string>? types, ActivityWindow window, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>An activity of a profile by id, or null.</summary>
    ValueTask<StoredActivity?> FindAsync(ProfileId profile, string activity, CancellationToken cancellationToken);

    /// <summary>How many activities of each type a profile has on each day (UTC) of a stretch of time, newest day first; at most <paramref name="limit"/>.</summary>
    ValueTask<IReadOnlyList<ActivityDay>> DaysAsync(
        ProfileId profile, IReadOnlyList<string>? types, ActivityWindow window, int limit, CancellationToken cancellationToken);

    /// <summary>All activities that are matched by attributes, by number, of one moment.</summary>
    IAsyncEnumerable<MatchedActivity> ReadMatchedAsync(CancellationToken cancellationToken);

    /// <summary>Gives activities to the people whom their attributes name, with feed rows, in one transaction; gives back how many changed hands. Who is gone meanwhile gets none.</summary>
    ValueTask<long> AssignAsync(IReadOnlyList<ActivityAssignment> assignments, CancellationToken cancellationToken);

    /// <summary>By type: how many activities there are, and how many belong to a node that is in no profile.</summary>
    ValueTask<IReadOnlyList<ActivityCount>> CountAsync(CancellationToken cancellationToken);
}
