using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Storage.Privacy;

/// <summary>What is asked for a person.</summary>
public enum PrivacyKind
{
    /// <summary>A copy of all that is held.</summary>
    Export = 0,

    /// <summary>That nothing is held any more.</summary>
    Erase = 1,

    /// <summary>That what is held leads to nobody any more.</summary>
    Anonymise = 2,
}

/// <summary>A request of people about their data.</summary>
/// <param name="Id">Its id.</param>
/// <param name="Kind">What is asked.</param>
/// <param name="Law">By which law: gdpr, ccpa, lgpd or other.</param>
/// <param name="Requester">Who asked; forgotten when an erasure is done.</param>
/// <param name="Reason">Why; forgotten likewise.</param>
/// <param name="CreatedBy">Who entered it.</param>
/// <param name="CreatedAt">When.</param>
/// <param name="JobId">The job that does it.</param>
public sealed record PrivacyRequest(
    string Id, PrivacyKind Kind, string Law, string? Requester, string? Reason, string CreatedBy, DateTimeOffset CreatedAt, string JobId)
{
    /// <summary>When it was done; null: not yet.</summary>
    public DateTimeOffset? DoneAt { get; init; }

    /// <summary>What was done, without personal data, as the text that is signed.</summary>
    public string? Receipt { get; init; }

    /// <summary>The signature of the receipt.</summary>
    public string? Signature { get; init; }

    /// <summary>Until when its files can be downloaded.</summary>
    public DateTimeOffset? ExpiresAt { get; init; }

    /// <summary>How many people it is about.</summary>
    public int Subjects { get; init; }
}

/// <summary>A person whom a request is about.</summary>
/// <param name="Number">From 1.</param>
/// <param name="Profile">The profile; null when there is none.</param>
/// <param name="Identifiers">Values that name the person; none any more when an erasure is done.</param>
/// <param name="Prepared">Whether it is known what there is of the person.</param>
/// <param name="Done">Whether it is done.</param>
/// <param name="Counts">What was found, by kind.</param>
public sealed record PrivacySubject(
    int Number, ProfileId? Profile, IReadOnlyList<ProfileIdentifier> Identifiers, bool Prepared, bool Done, IReadOnlyDictionary<string, long> Counts);

/// <summary>Something that is held on a person.</summary>
/// <param name="Kind">What it is: profile, record, activity…</param>
/// <param name="Values">By name: text, number, true or false, time, or a <see cref="HeldDocument"/>.</param>
public sealed record HeldRow(string Kind, IReadOnlyList<KeyValuePair<string, object?>> Values);

/// <summary>A value document within a held row.</summary>
/// <param name="Bytes">As stored.</param>
public sealed record HeldDocument(byte[] Bytes);

/// <summary>An export whose target has, or had, people of a request.</summary>
/// <param name="Export">The export.</param>
/// <param name="Told">Whether it has been told that they are gone.</param>
public sealed record PrivacyTarget(string Export, bool Told);

/// <summary>How often something was kept out on a day.</summary>
/// <param name="Day">The day, UTC.</param>
/// <param name="What">The stream that it came by.</param>
/// <param name="Count">How often.</param>
public sealed record BlockedCount(DateOnly Day, string What, long Count);
