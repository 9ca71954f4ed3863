namespace CustomerInsights.Core.Unification.Accounts;

/// <summary>A record that points at another, by node ids.</summary>
/// <param name="From">The record that points: a contact, or a child account.</param>
/// <param name="To">The record pointed at: an account, or the parent.</param>
/// <param name="Rank">0 decides first: the winner of the first stream. Ties go to the smaller <see cref="From"/>.</param>
public readonly record struct NodeLink(long From, long To, int Rank);

/// <summary>A profile whose records point at several profiles.</summary>
/// <param name="Profile">Index of the profile.</param>
/// <param name="Chosen">The link that decides.</param>
/// <param name="Other">The best link that leads elsewhere.</param>
public readonly record struct BelongingConflict(int Profile, NodeLink Chosen, NodeLink Other);

/// <summary>What the records of a run point at.</summary>
/// <param name="Links">Every link whose target record is known, by profile and then by strength.</param>
/// <param name="Owners">For each profile the profile that it belongs to; null for an orphan.</param>
/// <param name="Conflicts">Profiles whose records point at several profiles, in order of profile.</param>
public sealed record BelongingResult(IReadOnlyList<NodeLink> Links, IReadOnlyList<long?> Owners, IReadOnlyList<BelongingConflict> Conflicts);

/// <summary>
/// Finds the profile that each profile belongs to. A record points at a record; what that record became does not matter: a loser of
/// deduplication leads to its unified account as its winner does. (The product that we follow drops accounts that lost, and their contacts.)
/// </summary>
public static class Belonging
{
    /// <summary>Resolves every profile.</summary>
    /// <param name="profiles">The profiles of the run, with their winners in match order.</param>
    /// <param name="targets">Node of a record to the node of the record that it points at.</param>
    /// <param name="owners">Node pointed at to the number of its profile. A node that is absent belongs to no profile.</param>
    /// <param name="withinType">
    /// True when the numbers of <paramref name="owners"/> are indexes into <paramref name="profiles"/>: a profile is then no parent of its own,
    /// since records of one profile may point at each other.
    /// </param>
    /// <returns>The same for the same input, whatever the order of the dictionaries.</returns>
    /// <remarks>
    /// The order of decision: the winners of the streams in match order, then all other records by node id. The first that leads to a profile
    /// decides, so that a winner without an account does not make an orphan of a contact whose other record has one.
    /// </remarks>
    public static BelongingResult Resolve(
        IReadOnlyList<MergedProfile> profiles, IReadOnlyDictionary<long, long> targets, IReadOnlyDictionary<long, long> owners, bool withinType)
    {
        ArgumentNullException.ThrowIfNull(profiles);
        ArgumentNullException.ThrowIfNull(targets);
        ArgumentNullException.ThrowIfNull(owners);
        var links = new List<NodeLink>();
        var found = new long?[profiles.Count];
        var conflicts = new List<BelongingConflict>();
        for (var i = 0; i < profiles.Count; i++)
        {
            NodeLink? chosen = null;
            NodeLink? other = null;
            foreach (var link in LinksOf(profiles[i], targets))
            {
                links.Add(link);
                if (!owners.TryGetValue(link.To, out var owner) || (withinType && owner == i))
                {
                    continue;
                }

                if (chosen is null)
                {
                    (chosen, found[i]) = (link, owner);
                }
                else if (other is null && owner != found[i])
                {
                    other = link;
                }
            }

            if (chosen is { } first && other is { } second)
            {
                conflicts.Add(new BelongingConflict(i, first, second));
            }
        }

        return new BelongingResult(links, found, conflicts);
    }

    private static IEnumerable<NodeLink> LinksOf(MergedProfile profile, IReadOnlyDictionary<long, long> targets)
    {
        var winners = profile.Winners.Select(winner => winner.Node).Distinct().ToList();
        for (var rank = 0; rank < winners.Count; rank++)
        {
            if (targets.TryGetValue(winners[rank], out var to))
            {
                yield return new NodeLink(winners[rank], to, rank);
            }
        }

        foreach (var node in profile.Cluster.Nodes.Except(winners))
        {
            if (targets.TryGetValue(node, out var to))
            {
                yield return new NodeLink(node, to, winners.Count);
            }
        }
    }
}
