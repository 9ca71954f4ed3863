using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Storage.Events;

/// <summary>
/// What the projector made of events: identities as records and nodes, activities, asserted edges, and what became of each event. All of a batch is written
/// in one transaction with the position in the log, so that an event is projected once, whatever happens.
/// </summary>
public interface IEventProjection
{
    /// <summary>The position in the log up to which events are projected; 0 at first.</summary>
    ValueTask<long> PositionAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Writes a batch. An event whose message id its source has had within the window, or whose activity is there, counts as a duplicate and changes nothing
    /// else. Traits are kept by their event's time, so that the order of arrival does not matter.
    /// </summary>
    ValueTask<EventCounts> ProjectAsync(EventBatch batch, CancellationToken cancellationToken);

    /// <summary>What became of an event, of each source that had one of that id.</summary>
    ValueTask<IReadOnlyList<EventFate>> FatesAsync(string messageId, CancellationToken cancellationToken);

    /// <summary>A source's counts of events that are still remembered, and its last ones of which there is something to say.</summary>
    ValueTask<EventSourceState> StateAsync(string source, int samples, CancellationToken cancellationToken);

    /// <summary>The events of a source that are remembered and were refused or warned of, newest first.</summary>
    ValueTask<Page<EventFate>> ListToldAsync(string source, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>Forgets what became of events that were projected before a time, at most some thousands; true when there may be more.</summary>
    ValueTask<bool> TrimAsync(DateTimeOffset before, CancellationToken cancellationToken);
}

/// <summary>A stretch of the log, read.</summary>
/// <param name="Position">Where the projector stands after it.</param>
/// <param name="Events">The events, in order.</param>
public sealed record EventBatch(long Position, IReadOnlyList<ProjectedEvent> Events);

/// <summary>An event on its way in.</summary>
/// <param name="Position">Its position in the log.</param>
/// <param name="ReceivedAt">When it came.</param>
/// <param name="Source">Its event source. Its streams are <c>source.identities</c> and <c>source.events</c>, without which it is left out, and <c>source.sessions</c>, without which there are no sessions.</param>
/// <param name="Kind">The call, as the protocol names it.</param>
/// <param name="MessageId">What names it at its source.</param>
public sealed record ProjectedEvent(long Position, DateTimeOffset ReceivedAt, string Source, string Kind, string MessageId)
{
    /// <summary>Why it is not taken; null when it is.</summary>
    public string? Refused { get; init; }

    /// <summary>By which rule it was refused or warned of; null for none.</summary>
    public string? Rule { get; init; }

    /// <summary>What else there is to say of it.</summary>
    public string? Note { get; init; }

    /// <summary>Whose profile type edges are kept for.</summary>
    public string ProfileType { get; init; } = "customer";

    /// <summary>Who it tells of, the one first to whom activity and traits belong.</summary>
    public IReadOnlyList<EventIdentity> Identities { get; init; } = [];

    /// <summary>The rule of the edges between the first identity and the others.</summary>
    public string EdgeRule { get; init; } = "";

    /// <summary>When it happened.</summary>
    public DateTimeOffset At { get; init; }

    /// <summary>Traits that it gives to the first identity.</summary>
    public IReadOnlyList<KeyValuePair<string, Value>> Traits { get; init; } = [];

    /// <summary>Addresses that it names its person by, as identifiers are stored: they were seen when it happened.</summary>
    public IReadOnlyList<ProfileIdentifier> Seen { get; init; } = [];

    /// <summary>The activity type that it becomes; null for none.</summary>
    public string? ActivityType { get; init; }

    /// <summary>A value document of the activity's fields.</summary>
    public byte[] Document { get; init; } = [];

    /// <summary>The page that the visitor saw, for sessions; null when it tells of none. The visitor is the last identity.</summary>
    public PageView? View { get; init; }
}

/// <summary>An identity that an event names.</summary>
/// <param name="Type"><c>user_id</c> or <c>anonymous_id</c>.</param>
/// <param name="Value">The value.</param>
public readonly record struct EventIdentity(string Type, string Value)
{
    /// <summary>The key of its record and node: <c>user_id/42</c>.</summary>
    public string Key => $"{Type}/{Value}";
}

/// <summary>What a projection did.</summary>
/// <param name="Accepted">Events taken.</param>
/// <param name="Refused">Events not taken.</param>
/// <param name="Duplicates">Events that had come before.</param>
public sealed record EventCounts(int Accepted, int Refused, int Duplicates);

/// <summary>What became of an event.</summary>
/// <param name="Source">Its event source.</param>
/// <param name="MessageId">What names it.</param>
/// <param name="Kind">The call.</param>
/// <param name="ReceivedAt">When it came.</param>
/// <param name="ProjectedAt">When it was projected.</param>
/// <param name="Refused">Why it was not taken; null when it was.</param>
/// <param name="Rule">By which rule it was refused or warned of.</param>
/// <param name="Note">What else there is to say of it.</param>
/// <param name="Duplicates">How often it came again.</param>
/// <param name="Identity">The identity that it belongs to: <c>user_id/42</c>; null when refused.</param>
/// <param name="Profile">The profile that this identity is in now; null for none.</param>
/// <param name="Activity">The activity that it became; null for none.</param>
/// <param name="ActivityType">Its type.</param>
public sealed record EventFate(
    string Source,
    string MessageId,
    string Kind,
    DateTimeOffset ReceivedAt,
    DateTimeOffset ProjectedAt,
    string? Refused,
    string? Rule,
    string? Note,
    long Duplicates,
    string? Identity,
    ProfileId? Profile,
    string? Activity,
    string? ActivityType);

/// <summary>How an event source does.</summary>
/// <param name="Accepted">Events taken, of those that are remembered.</param>
/// <param name="Refused">Events not taken.</param>
/// <param name="Duplicates">How often events came again.</param>
/// <param name="Rules">By rule, how many events were refused or warned of.</param>
/// <param name="Samples">The last events that were refused or warned of, newest first.</param>
public sealed record EventSourceState(long Accepted, long Refused, long Duplicates, IReadOnlyList<RuleCount> Rules, IReadOnlyList<EventFate> Samples);

/// <summary>How often a rule was met.</summary>
/// <param name="Rule">The rule.</param>
/// <param name="Refused">Events refused by it.</param>
/// <param name="Warned">Events taken in spite of it.</param>
public sealed record RuleCount(string Rule, long Refused, long Warned);
