namespace CustomerInsights.Core.Unification.Identities;

/// <summary>A node with what it is named by.</summary>
/// <param name="Id">The node.</param>
/// <param name="Key">Stream and key: what it is called whenever it came.</param>
/// <param name="Identifiers">In their stored form, blocked ones too; of an identity of an event source its own first.</param>
/// <param name="IsIdentity">Whether it is an identity of an event source.</param>
public sealed record IdentifiedNode(long Id, string Key, IReadOnlyList<Identifier> Identifiers, bool IsIdentity = false);

/// <summary>What identifiers join.</summary>
/// <param name="Told">Those of the told edges that hold.</param>
/// <param name="Edges">Edges of shared identifiers.</param>
/// <param name="Refused">Told edges that do not hold.</param>
/// <param name="Demotions">Identifiers that join nobody, by type and value.</param>
public sealed record IdentityGraph(
    IReadOnlyList<MatchEdge> Told, IReadOnlyList<MatchEdge> Edges, IReadOnlyList<RefusedEdge> Refused, IReadOnlyList<Demotion> Demotions);

/// <summary>
/// The edges of shared identifiers. What comes out depends on what is known and not on when it came: people's word first, then who was identified as whom
/// by the time of the event, then shared values by the priority of their type and their text.
/// </summary>
/// <remarks>
/// A value joins all who share it or, where that would exceed a limit or cross a denied pair, nobody: which of three strangers a family address belongs to
/// cannot be told, and to take the first would be to take whoever came first.
/// </remarks>
public static class IdentityEdges
{
    /// <summary>Begins the rule of an edge that an identify call told.</summary>
    public const string Identify = "identify:";

    /// <summary>Begins the rule of an edge that an alias call told.</summary>
    public const string Alias = "alias:";

    /// <summary>Finds the edges.</summary>
    /// <param name="rules">The policy.</param>
    /// <param name="nodes">The nodes, in any order.</param>
    /// <param name="told">Asserted and denied edges, in any order.</param>
    /// <param name="cancellationToken">Looked at between types.</param>
    public static IdentityGraph Of(IdentityRules rules, IReadOnlyList<IdentifiedNode> nodes, IReadOnlyList<MatchEdge> told, CancellationToken cancellationToken = default)
    {
        ArgumentNullException.ThrowIfNull(rules);
        ArgumentNullException.ThrowIfNull(nodes);
        ArgumentNullException.ThrowIfNull(told);
        return new IdentityJoin(rules, nodes, told).Run(cancellationToken);
    }
}
