using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Storage.Privacy;

/// <summary>Requests of people about their data, and the deletion of a person across all that the store holds.</summary>
public interface IPrivacyStore
{
    /// <summary>Adds a request with the people whom it is about, numbered from 1, and a row of the audit.</summary>
    ValueTask AddAsync(PrivacyRequest request, IReadOnlyList<(ProfileId? Profile, IReadOnlyList<ProfileIdentifier> Identifiers)> subjects, CancellationToken cancellationToken);

    /// <summary>A request, or null.</summary>
    ValueTask<PrivacyRequest?> FindAsync(string id, CancellationToken cancellationToken);

    /// <summary>Requests, newest first.</summary>
    ValueTask<Page<PrivacyRequest>> ListAsync(string? after, int limit, CancellationToken cancellationToken);

    /// <summary>The people of a request, by number.</summary>
    ValueTask<IReadOnlyList<PrivacySubject>> SubjectsAsync(string id, CancellationToken cancellationToken);

    /// <summary>The profiles that have an identifier, at most some.</summary>
    ValueTask<IReadOnlyList<ProfileId>> HoldersAsync(ProfileIdentifier identifier, CancellationToken cancellationToken);

    /// <summary>Closed exports that a profile is in: their files hold its data.</summary>
    ValueTask<IReadOnlyList<string>> ExportsOfAsync(ProfileId profile, CancellationToken cancellationToken);

    /// <summary>Exports whose files have been kept long enough.</summary>
    ValueTask<IReadOnlyList<string>> ExpiredAsync(DateTimeOffset now, CancellationToken cancellationToken);

    /// <summary>All that is held on a profile, row by row, of one moment.</summary>
    IAsyncEnumerable<HeldRow> ReadHeldAsync(ProfileId profile, CancellationToken cancellationToken);

    /// <summary>
    /// Notes what there is of a person, and what must not come in again: keys of records and identifiers that no other profile has. Doing it again changes
    /// nothing.
    /// </summary>
    /// <param name="request">The request.</param>
    /// <param name="subject">The person.</param>
    /// <param name="hash">The keyed hash of a kind and a value.</param>
    /// <param name="cancellationToken">Cancels the wait.</param>
    /// <returns>The hashes.</returns>
    ValueTask<IReadOnlyList<byte[]>> PrepareAsync(string request, int subject, Func<string, string, byte[]> hash, CancellationToken cancellationToken);

    /// <summary>Deletes some of what is held on a person, counts included; true when there is more. What is deleted is overwritten.</summary>
    ValueTask<bool> EraseSomeAsync(string request, int subject, CancellationToken cancellationToken);

    /// <summary>Makes a profile anonymous: its activities stay, at nodes and a profile that nothing leads to; all else is deleted.</summary>
    ValueTask AnonymiseAsync(string request, int subject, ProfileId anonymous, IAnonymiser anonymiser, CancellationToken cancellationToken);

    /// <summary>Adds to the counts of a person.</summary>
    ValueTask CountAsync(string request, int subject, string kind, long count, CancellationToken cancellationToken);

    /// <summary>The exports whose targets have people of a request and are to be told.</summary>
    ValueTask<IReadOnlyList<PrivacyTarget>> TargetsAsync(string request, CancellationToken cancellationToken);

    /// <summary>Keys and identifiers of a request's people in plain text, for who looks for them elsewhere.</summary>
    ValueTask<IReadOnlyList<string>> NamesAsync(string request, CancellationToken cancellationToken);

    /// <summary>Overwrites what earlier deletions left: merges the search index, fills free pages with zeros, folds the write-ahead logs away.</summary>
    /// <returns>False when a reader kept a log from being folded; it is folded later.</returns>
    ValueTask<bool> ScrubAsync(CancellationToken cancellationToken);

    /// <summary>Closes a request, with a row of the audit. Of an erasure it forgets whom it was about.</summary>
    ValueTask CloseAsync(PrivacyRequest request, CancellationToken cancellationToken);

    /// <summary>The hashes of all that must not come in again.</summary>
    ValueTask<IReadOnlyList<byte[]>> BlocksAsync(CancellationToken cancellationToken);

    /// <summary>Lets something in again, with a row of the audit; false when it was not kept out.</summary>
    ValueTask<bool> LiftAsync(byte[] hash, string actor, string reason, CancellationToken cancellationToken);

    /// <summary>Counts what was kept out.</summary>
    ValueTask CountBlockedAsync(DateOnly day, string what, long count, CancellationToken cancellationToken);

    /// <summary>What was kept out, newest day first.</summary>
    ValueTask<IReadOnlyList<BlockedCount>> BlockedAsync(int days, CancellationToken cancellationToken);

    /// <summary>A secret of this slice, encrypted; the one given is kept when there is none. Gives the one that stands.</summary>
    ValueTask<byte[]> SecretAsync(string name, byte[] ciphertext, CancellationToken cancellationToken);
}

/// <summary>Says what of a document may stay. Pure.</summary>
public interface IAnonymiser
{
    /// <summary>A key that says nothing, new at each call.</summary>
    string NewKey();

    /// <summary>A profile's record without what is personal.</summary>
    byte[] Record(string stream, byte[] document);

    /// <summary>An activity's record, pointing at the new key; null when that cannot be said of it.</summary>
    byte[]? ActivityRecord(string stream, byte[] document, string nodeKey);

    /// <summary>An activity without what is personal.</summary>
    byte[] Activity(string type, byte[] document);

    /// <summary>A profile's attributes without what is personal.</summary>
    byte[] Attributes(string profileType, byte[] document);
}
