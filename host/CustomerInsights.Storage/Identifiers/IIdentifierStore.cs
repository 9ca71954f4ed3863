using CustomerInsights.Core.Consent;

namespace CustomerInsights.Storage.Identifiers;

/// <summary>
/// What is known of identifiers: consent, deliverability, last seen, opt-out, subscriptions. It belongs to the identifier, whoever holds it, and whether
/// anybody does. Values come normalised. The newest by its own time wins, whatever the order of arrival; at the same time the more careful one does.
/// </summary>
public interface IIdentifierStore
{
    /// <summary>
    /// Takes changes in one transaction: each has a row of history, and feed rows (<see cref="ChangeKind.Identifier"/>) of the profiles that hold the identifier when it changed something.
    /// A change of a list that there is not is no change.
    /// </summary>
    /// <returns>For each whether it is what holds now, or said so already; false where a newer one stands.</returns>
    ValueTask<IReadOnlyList<bool>> ApplyAsync(IReadOnlyList<IdentifierChange> changes, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Notes that identifiers named somebody: the greatest time stays. The profiles that hold them have feed rows where it moved.</summary>
    ValueTask SeeAsync(IReadOnlyList<IdentifierSeen> seen, CancellationToken cancellationToken);

    /// <summary>What is known of one; null when nothing is and nobody holds it.</summary>
    ValueTask<IdentifierState?> FindAsync(string type, string value, CancellationToken cancellationToken);

    /// <summary>What was told of one, newest first by arrival.</summary>
    ValueTask<Page<IdentifierEvent>> HistoryAsync(string type, string value, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>The identifiers of profiles; a profile without any is left out.</summary>
    ValueTask<IReadOnlyList<IdentifiersOfProfile>> OfProfilesAsync(IReadOnlyCollection<long> profiles, CancellationToken cancellationToken);

    /// <summary>Which of these profiles are of a type.</summary>
    ValueTask<IReadOnlyList<long>> OfTypeAsync(string profileType, IReadOnlyCollection<long> profiles, CancellationToken cancellationToken);

    /// <summary>The identifiers of all profiles of a type, by profile, all of one moment; a profile without any is left out.</summary>
    IAsyncEnumerable<IdentifiersOfProfile> StreamAsync(string profileType, CancellationToken cancellationToken);

    /// <summary>All lists, by name.</summary>
    ValueTask<IReadOnlyList<SubscriptionList>> ListsAsync(CancellationToken cancellationToken);

    /// <summary>Makes or changes a list; true when it is new.</summary>
    ValueTask<bool> PutListAsync(string name, string? displayName, string? description, DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>Deletes a list with its subscriptions; false when there is none.</summary>
    ValueTask<bool> DeleteListAsync(string name, CancellationToken cancellationToken);

    /// <summary>The lists of which something is known for an identifier, by name.</summary>
    ValueTask<IReadOnlyList<Subscription>> SubscriptionsAsync(string type, string value, CancellationToken cancellationToken);
}

/// <summary>What a change is about.</summary>
public enum IdentifierAspect
{
    /// <summary>Consent.</summary>
    Consent = 1,

    /// <summary>Deliverability.</summary>
    Deliverability = 2,

    /// <summary>The opt-out of the person.</summary>
    OptOut = 3,

    /// <summary>A subscription.</summary>
    List = 4,
}

/// <summary>Something told of an identifier.</summary>
/// <param name="Type">The identifier's type.</param>
/// <param name="Value">Its value, normalised.</param>
/// <param name="Aspect">What it is about.</param>
/// <param name="Status">Consent, subscribed: true, false, unknown. Deliverable, opted out: true or false.</param>
/// <param name="At">When it came about.</param>
/// <param name="Source">Where it was said.</param>
/// <param name="Reason">Why.</param>
/// <param name="UpdateType">Deliverability that failed: how it was learnt.</param>
/// <param name="List">The list of a subscription.</param>
public sealed record IdentifierChange(
    string Type, string Value, IdentifierAspect Aspect, ConsentStatus Status, DateTimeOffset At, string? Source = null, string? Reason = null, string? UpdateType = null, string? List = null)
{
    /// <summary>True for what a source says again and again: it counts from when the source first said it, so that a record that changes elsewhere does not undo what the person said since.</summary>
    public bool Restated { get; init; }
}

/// <summary>An identifier that named somebody.</summary>
/// <param name="Type">The identifier's type.</param>
/// <param name="Value">Its value, normalised.</param>
/// <param name="At">When.</param>
/// <param name="Source">The source that saw it.</param>
public sealed record IdentifierSeen(string Type, string Value, DateTimeOffset At, string? Source);

/// <summary>A row of history.</summary>
/// <param name="Change">What was told.</param>
/// <param name="RecordedAt">When it arrived.</param>
/// <param name="Applied">False when a newer one stood.</param>
public sealed record IdentifierEvent(IdentifierChange Change, DateTimeOffset RecordedAt, bool Applied);

/// <summary>The identifiers of a profile.</summary>
/// <param name="Profile">The profile's number.</param>
/// <param name="Identifiers">By type and value.</param>
public sealed record IdentifiersOfProfile(long Profile, IReadOnlyList<IdentifierState> Identifiers);

/// <summary>Something to subscribe to.</summary>
/// <param name="Name">Its name.</param>
/// <param name="DisplayName">For people.</param>
/// <param name="Description">For people.</param>
/// <param name="CreatedAt">When it was made.</param>
/// <param name="Subscribed">How many identifiers are subscribed.</param>
public sealed record SubscriptionList(string Name, string? DisplayName, string? Description, DateTimeOffset CreatedAt, long Subscribed);

/// <summary>Whether an identifier is on a list.</summary>
/// <param name="List">The list.</param>
/// <param name="Status">Subscribed, unsubscribed or unknown.</param>
/// <param name="At">When that was said.</param>
/// <param name="Source">Where.</param>
public sealed record Subscription(string List, ConsentStatus Status, DateTimeOffset At, string? Source);
