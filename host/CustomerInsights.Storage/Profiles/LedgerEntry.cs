using CustomerInsights.Core.Model;

namespace CustomerInsights.Storage.Profiles;

/// <summary>What happened to profiles.</summary>
public enum LedgerKind
{
    /// <summary>Profiles were made of nodes that had none. One entry for all of one transaction.</summary>
    Created = 1,

    /// <summary>Nodes that had no profile came to existing ones.</summary>
    Joined = 2,

    /// <summary>A profile became part of another, and its id leads there.</summary>
    Merged = 3,

    /// <summary>Nodes of a profile became a new one.</summary>
    Split = 4,

    /// <summary>Nodes went from one living profile to another.</summary>
    Moved = 5,

    /// <summary>Nodes left a profile for none: their records are gone, or are not included any more.</summary>
    Left = 6,

    /// <summary>A profile has no node left.</summary>
    Removed = 7,

    /// <summary>An id that had been merged away is a profile again.</summary>
    Restored = 8,

    /// <summary>An id that had been merged away leads to another profile now.</summary>
    Redirected = 9,
}

/// <summary>What made a change.</summary>
public enum CauseKind
{
    /// <summary>A run; the cause is the job's id.</summary>
    Run = 0,

    /// <summary>A verdict or the undo of a merge; the cause is the verdict's id.</summary>
    Verdict = 1,

    /// <summary>A stream was removed with its records; the cause is the number that it had.</summary>
    Removal = 2,

    /// <summary>Events told who is who; the cause is the first row of the change feed that was looked at.</summary>
    Event = 3,

    /// <summary>Unknown visitors were not seen any more; the cause is the job's id.</summary>
    Expiry = 4,

    /// <summary>A person was erased or made anonymous; the cause is the request's id, or <c>privacy</c> where it must not be known which.</summary>
    Privacy = 5,
}

/// <summary>Nodes that went from one place to another.</summary>
/// <param name="From">The profile that they were in; null for none.</param>
/// <param name="To">The profile that they are in; null for none. Equal to <paramref name="From"/> in a merge: those that were there, or came otherwise.</param>
/// <param name="Nodes">The nodes.</param>
public sealed record LedgerPart(ProfileId? From, ProfileId? To, IReadOnlyList<long> Nodes);

/// <summary>One change of who is who.</summary>
/// <param name="Entry">Its number; grows with time.</param>
/// <param name="ProfileType">The type.</param>
/// <param name="Kind">What happened.</param>
/// <param name="At">When.</param>
/// <param name="CauseKind">What kind of thing made it.</param>
/// <param name="Cause">Which one.</param>
/// <param name="Principal">Who, where a person caused it.</param>
/// <param name="Profile">The profile that it is about; the one that stays of a merge, the new one of a split; null for created, joined and left.</param>
/// <param name="Other">The id merged away or redirected is <c>Other</c>; of a split the profile that the nodes came from.</param>
/// <param name="Parts">Which nodes went from where to where.</param>
public sealed record LedgerEntry(
    long Entry,
    string ProfileType,
    LedgerKind Kind,
    DateTimeOffset At,
    CauseKind CauseKind,
    string Cause,
    string? Principal,
    ProfileId? Profile,
    ProfileId? Other,
    IReadOnlyList<LedgerPart> Parts)
{
    /// <summary>Of a merge the edge that brought it about; null where that was not told.</summary>
    public StoredEdge? Because { get; init; }
}

/// <summary>Which entries are asked for; all that is null is not looked at.</summary>
/// <param name="Profile">Those that tell of this profile; an id that was merged away too.</param>
/// <param name="Kind">Of this kind.</param>
/// <param name="Cause">Of this job or verdict.</param>
public sealed record LedgerQuery(ProfileId? Profile = null, LedgerKind? Kind = null, string? Cause = null);
