using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification.Identities;

namespace CustomerInsights.Storage.Profiles;

/// <summary>Who is tied to whom by identifiers, also beyond profiles.</summary>
public interface IIdentityStore
{
    /// <summary>
    /// The given nodes and those one step from them: in the same profile, at the other end of an edge that is not denied, or in a profile that has one of
    /// the identifiers, or loose and named by one. By node id; ends behind <paramref name="limit"/> nodes.
    /// </summary>
    ValueTask<IReadOnlyList<NeighbourNode>> TiedAsync(
        string profileType, IReadOnlyCollection<long> nodes, IReadOnlyCollection<Identifier> identifiers, int limit, CancellationToken cancellationToken);

    /// <summary>Some profiles and the loose ones among some nodes, with all that a change of them needs; of one moment. The profiles named come first.</summary>
    ValueTask<ProfileNeighbourhood> NeighbourhoodAsync(
        string profileType, IReadOnlyList<ProfileId> first, IReadOnlyCollection<long> nodes, CancellationToken cancellationToken);

    /// <summary>Writes told edges, each with its earliest time, and feeds the nodes of those that are new or older than was known.</summary>
    ValueTask TellAsync(string profileType, IReadOnlyList<StoredEdge> edges, CancellationToken cancellationToken);

    /// <summary>Nodes of no profile that are named by something, by node.</summary>
    IAsyncEnumerable<LooseNode> ReadLooseAsync(string profileType, CancellationToken cancellationToken);

    /// <summary>All demotions of a type.</summary>
    IAsyncEnumerable<StoredDemotion> ReadDemotionsAsync(string profileType, CancellationToken cancellationToken);

    /// <summary>Demotions of a type by identifier type and value, with how many profiles have the value.</summary>
    ValueTask<Page<StoredDemotion>> ListDemotionsAsync(string profileType, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>Those of a profile's identifiers that join nobody.</summary>
    ValueTask<IReadOnlyList<StoredDemotion>> DemotionsOfAsync(ProfileId profile, CancellationToken cancellationToken);

    /// <summary>
    /// Visitors of an identities stream of whom nothing is known and who were not seen since: neither their record nor an activity of theirs is newer, and
    /// they are in no profile, or in one that is unknown as a whole and was not seen as a whole.
    /// </summary>
    ValueTask<IReadOnlyList<long>> UnseenAsync(int stream, DateTimeOffset before, int limit, CancellationToken cancellationToken);

    /// <summary>Removes those of some nodes that are still unseen, with records, activities, edges and the unknown profiles that they were.</summary>
    /// <returns>How many nodes went.</returns>
    ValueTask<int> ExpireAsync(string profileType, IReadOnlyList<long> nodes, DateTimeOffset before, string cause, CancellationToken cancellationToken);
}

/// <summary>A node of no profile, and what it is named by.</summary>
/// <param name="Node">The node.</param>
/// <param name="Identifiers">Its identifiers; none to forget it.</param>
public sealed record LooseNode(long Node, IReadOnlyList<Identifier> Identifiers);

/// <summary>An identifier that joins nobody.</summary>
/// <param name="Identifier">The identifier.</param>
/// <param name="Cause">Why.</param>
/// <param name="Breach">The limit, where one is the reason.</param>
public sealed record DemotedIdentifier(Identifier Identifier, DemotionCause Cause, LimitBreach? Breach);

/// <summary>A demotion as stored.</summary>
/// <param name="Demoted">What and why.</param>
/// <param name="At">Since when.</param>
/// <param name="Profiles">How many profiles have the value; 0 where that was not asked.</param>
public sealed record StoredDemotion(DemotedIdentifier Demoted, DateTimeOffset At, long Profiles);
