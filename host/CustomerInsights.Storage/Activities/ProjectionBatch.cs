using CustomerInsights.Core.Model;

namespace CustomerInsights.Storage.Activities;

/// <summary>A stretch of a stream's changes, projected.</summary>
/// <param name="Stream">The stream that the records came from.</param>
/// <param name="Position">Where the projector stands after it.</param>
/// <param name="Restart">True when the mapping changed: nodes and activities of the stream that no later batch touches are removed by the batch with <paramref name="Last"/>.</param>
/// <param name="Last">True for the last batch of a restarted projection.</param>
/// <param name="Nodes">For a profile stream: keys of records present (true) or deleted (false).</param>
/// <param name="Activities">For an activity stream: what the records became.</param>
/// <param name="DeletedActivities">Keys of records that give no activity any more: deleted, filtered out or not mappable.</param>
public sealed record ProjectionBatch(
    int Stream,
    ProjectionPosition Position,
    bool Restart,
    bool Last,
    IReadOnlyList<KeyValuePair<string, bool>> Nodes,
    IReadOnlyList<ProjectedActivity> Activities,
    IReadOnlyList<string> DeletedActivities);

/// <summary>Where the projector stands.</summary>
/// <param name="Sequence">The last record change projected.</param>
/// <param name="Mapping">A fingerprint of the mapping that it used.</param>
/// <param name="Restarting">True while a restart with that mapping is under way: it goes on from <paramref name="Sequence"/>, still as a restart. Set by the store.</param>
public sealed record ProjectionPosition(long Sequence, string Mapping, bool Restarting = false);

/// <summary>An activity on its way in.</summary>
/// <param name="Key">The record's key in its stream.</param>
/// <param name="Type">The activity type.</param>
/// <param name="At">When it happened.</param>
/// <param name="LinkStream">The stream of the node that it belongs to; null when it carries no link.</param>
/// <param name="LinkKey">That node's key.</param>
/// <param name="Document">A value document of its mapped fields.</param>
public sealed record ProjectedActivity(string Key, string Type, DateTimeOffset At, int? LinkStream, string? LinkKey, byte[] Document)
{
    /// <summary>What it is matched to a person by, where it carries no link: a hash; null when it is not matched. It keeps the owner that it was last assigned.</summary>
    public byte[]? Match { get; init; }

    /// <summary>Who else takes part.</summary>
    public IReadOnlyList<ActivityParticipant> Participants { get; init; } = [];
}

/// <summary>Somebody who takes part in an activity.</summary>
/// <param name="Role">As what.</param>
/// <param name="Stream">The stream of the record that it is.</param>
/// <param name="Key">The record's key there.</param>
public sealed record ActivityParticipant(string Role, int Stream, string Key);

/// <summary>An activity that is matched by attributes.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Key">The hash.</param>
/// <param name="Profile">The profile that it belongs to now, by number; null for nobody.</param>
public readonly record struct MatchedActivity(long Number, byte[] Key, long? Profile);

/// <summary>To whom an activity belongs by its attributes.</summary>
/// <param name="Number">Its number.</param>
/// <param name="Profile">The profile's number; null for nobody.</param>
/// <param name="Several">Whether several people fit, so that it is nobody's.</param>
public readonly record struct ActivityAssignment(long Number, long? Profile, bool Several);

/// <summary>What a projection did.</summary>
/// <param name="Written">Nodes and activities added, changed or removed.</param>
/// <param name="Unchanged">Equal to what was there.</param>
public sealed record ProjectionCounts(long Written, long Unchanged);

/// <summary>An activity as stored.</summary>
/// <param name="Id">Its id, opaque and stable.</param>
/// <param name="Type">Its type.</param>
/// <param name="At">When it happened.</param>
/// <param name="Stream">The stream that it came from.</param>
/// <param name="Key">The record's key there.</param>
/// <param name="Document">A value document.</param>
public sealed record StoredActivity(string Id, string Type, DateTimeOffset At, string Stream, string Key, byte[] Document)
{
    /// <summary>Whether it carries no key and was matched by attributes.</summary>
    public bool IsMatched { get; init; }

    /// <summary>As what the person takes part; empty when it is the person's own.</summary>
    public IReadOnlyList<string> Roles { get; init; } = [];
}

/// <summary>An activity and whose it is.</summary>
/// <param name="Activity">The activity.</param>
/// <param name="Profile">The profile; null while it is nobody's.</param>
public sealed record OwnedActivity(StoredActivity Activity, ProfileId? Profile);

/// <summary>A stretch of time.</summary>
/// <param name="From">Its beginning, included; null: from ever.</param>
/// <param name="Until">Its end, excluded; null: for ever.</param>
public readonly record struct ActivityWindow(DateTimeOffset? From, DateTimeOffset? Until);

/// <summary>A profile's activities of one type on one day.</summary>
/// <param name="Day">The day, UTC.</param>
/// <param name="Type">The type.</param>
/// <param name="Count">How many.</param>
public sealed record ActivityDay(DateOnly Day, string Type, long Count);

/// <summary>Counts of an activity type.</summary>
/// <param name="Type">The type.</param>
/// <param name="Total">All activities.</param>
/// <param name="Unlinked">Those of no profile.</param>
public sealed record ActivityCount(string Type, long Total, long Unlinked);
