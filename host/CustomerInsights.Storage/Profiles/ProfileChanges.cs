using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification.Identities;

namespace CustomerInsights.Storage.Profiles;

/// <summary>Changes of one unification run that belong together.</summary>
/// <param name="ProfileType">The type.</param>
/// <param name="Puts">Profiles made or changed, whole. Their nodes leave whatever profile they were in.</param>
/// <param name="Removed">Profiles that are no more.</param>
/// <param name="Redirects">For merged ones: where the id leads now.</param>
/// <param name="AddedEdges">Edges found.</param>
/// <param name="RemovedEdges">Edges that hold no more.</param>
/// <param name="Cause">Why, for the ledger: the run's job id, or the verdict's id.</param>
public sealed record ProfileChanges(
    string ProfileType,
    IReadOnlyList<ProfilePut> Puts,
    IReadOnlyList<ProfileId> Removed,
    IReadOnlyList<ProfileRedirect> Redirects,
    IReadOnlyList<StoredEdge> AddedEdges,
    IReadOnlyList<StoredEdge> RemovedEdges,
    string Cause)
{
    /// <summary>What kind of thing <see cref="Cause"/> names.</summary>
    public CauseKind CauseKind { get; init; }

    /// <summary>Who, where a person caused it; with a verdict always.</summary>
    public string? Principal { get; init; }

    /// <summary>A verdict that comes with the change.</summary>
    public NewVerdict? Verdict { get; init; }

    /// <summary>Nodes that are in no profile, with what they are named by; written where it differs. A node that comes to a profile is forgotten by itself.</summary>
    public IReadOnlyList<LooseNode> Loose { get; init; } = [];

    /// <summary>Identifiers that join nobody from now on, or for another reason than before.</summary>
    public IReadOnlyList<DemotedIdentifier> Demoted { get; init; } = [];

    /// <summary>Identifiers that are demoted no more.</summary>
    public IReadOnlyList<Identifier> Restored { get; init; } = [];

    /// <summary>For ids that are merged away: the edge that brought it about, for the ledger.</summary>
    public IReadOnlyDictionary<ProfileId, StoredEdge> Because { get; init; } = new Dictionary<ProfileId, StoredEdge>();

    /// <summary>What the change was made from: nothing is written, with a <see cref="StoreConflictException"/>, when more was said or changed since. Null: not asked.</summary>
    public ProfileBasis? Basis { get; init; }
}

/// <summary>The state that a change is made from; read it first and everything else after it.</summary>
/// <param name="Verdicts">Grows with each verdict given or taken back.</param>
/// <param name="Changes">Grows with each change; null: other changes do no harm.</param>
public sealed record ProfileBasis(long Verdicts, long? Changes);

/// <summary>Some profiles whole, as a change of them needs it.</summary>
/// <param name="Nodes">Their nodes with records.</param>
/// <param name="Members">Which of them each node is in.</param>
/// <param name="Redirected">Ids that lead to them.</param>
/// <param name="Edges">Edges with both ends in them.</param>
/// <param name="Fingerprints">Their content.</param>
public sealed record ProfileNeighbourhood(
    IReadOnlyList<NeighbourNode> Nodes,
    IReadOnlyList<Membership> Members,
    IReadOnlyList<RedirectedProfile> Redirected,
    IReadOnlyList<StoredEdge> Edges,
    IReadOnlyList<ProfileFingerprint> Fingerprints)
{
    /// <summary>What the loose ones among the nodes are named by; only where identities were asked.</summary>
    public IReadOnlyList<LooseNode> Loose { get; init; } = [];

    /// <summary>The demotions of what the nodes are named by; only where identities were asked.</summary>
    public IReadOnlyList<DemotedIdentifier> Demotions { get; init; } = [];
}

/// <summary>A node with its record, when that is present.</summary>
/// <param name="Id">The node.</param>
/// <param name="Stream">The stream's full name.</param>
/// <param name="Key">The record's key.</param>
/// <param name="Document">The record's value document; null when the record is gone.</param>
public sealed record NeighbourNode(long Id, string Stream, string Key, byte[]? Document);

/// <summary>A profile on its way in.</summary>
/// <param name="Id">The id; new when not known yet.</param>
/// <param name="FirstNode">The node that it was made for; kept as it was for a known profile.</param>
/// <param name="Nodes">All its nodes.</param>
/// <param name="Attributes">A value document.</param>
/// <param name="Provenance">JSON: attribute name to the node id that gave the value, <c>{"email":17}</c>.</param>
/// <param name="DisplayName">What to call it; empty when nothing is known.</param>
/// <param name="SearchText">Words to be found by, besides the display name.</param>
/// <param name="Identifiers">Typed, normalised values that name it.</param>
/// <param name="Hash">32 bytes over all of this.</param>
public sealed record ProfilePut(
    ProfileId Id,
    long FirstNode,
    IReadOnlyList<long> Nodes,
    byte[] Attributes,
    string Provenance,
    string DisplayName,
    string SearchText,
    IReadOnlyList<ProfileIdentifier> Identifiers,
    byte[] Hash)
{
    /// <summary>Whether nothing is known of it but what its browsers are called.</summary>
    public bool IsUnknown { get; init; }
}

/// <summary>A typed value that names a profile.</summary>
/// <param name="Type"><c>email</c>, <c>phone</c>, <c>loyalty_id</c>…</param>
/// <param name="Value">Normalised: e-mail in lower case, phone as digits.</param>
public sealed record ProfileIdentifier(string Type, string Value);

/// <summary>An id that was merged away.</summary>
/// <param name="From">The old id.</param>
/// <param name="To">The profile that it became part of.</param>
public sealed record ProfileRedirect(ProfileId From, ProfileId To);

/// <summary>A profile that was merged away.</summary>
/// <param name="Profile">The number that it had.</param>
/// <param name="Id">The id that it had.</param>
/// <param name="FirstNode">The node that it was made for.</param>
/// <param name="To">The number of the profile that its id leads to.</param>
public sealed record RedirectedProfile(long Profile, ProfileId Id, long FirstNode, long To);
