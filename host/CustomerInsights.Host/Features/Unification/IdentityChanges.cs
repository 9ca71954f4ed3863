using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Identities;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>What a unification changes of loose nodes and demotions, and which edges brought merges about.</summary>
internal sealed class IdentityChanges(UnificationPolicy policy, ProfileDraft draft, UnificationResult result, PreviousProfiles previous)
{
    private const int PerTransaction = 2000;

    /// <summary>An edge as it is stored.</summary>
    public static StoredEdge Stored(MatchEdge edge) =>
        new(Math.Min(edge.Left, edge.Right), Math.Max(edge.Left, edge.Right), (Storage.Profiles.EdgeKind)(int)edge.Kind, edge.Rule, edge.Score);

    /// <summary>The transactions; they may stand behind those of the profiles, since whoever looks for a loose node finds it once too often rather than not.</summary>
    public IEnumerable<ProfileChanges> Parts(string type, string cause)
    {
        var nothing = new ProfileChanges(type, [], [], [], [], [], cause);
        foreach (var some in Loose().Chunk(PerTransaction))
        {
            yield return nothing with { Loose = some };
        }

        var demotions = result.Demotions.Select(one => new DemotedIdentifier(one.Identifier, one.Cause, one.Breach)).ToList();
        foreach (var some in demotions.Where(one => !previous.Demotions.Contains(one)).Chunk(PerTransaction))
        {
            yield return nothing with { Demoted = some };
        }

        var standing = demotions.Select(one => one.Identifier).ToHashSet();
        foreach (var some in previous.Demotions.Select(one => one.Identifier).Where(one => !standing.Contains(one)).Chunk(PerTransaction))
        {
            yield return nothing with { Restored = some };
        }
    }

    /// <summary>For profiles by number: the strongest edge that ties one of its nodes to a node of another place. Edges that were refused tie nothing.</summary>
    public Dictionary<long, StoredEdge> Reasons()
    {
        var clusters = new Dictionary<long, int>();
        for (var i = 0; i < result.Profiles.Count; i++)
        {
            foreach (var node in result.Profiles[i].Cluster.Nodes)
            {
                clusters[node] = i;
            }
        }

        var refused = result.Refused.Select(one => Stored(one.Edge)).ToHashSet();
        var found = new Dictionary<long, StoredEdge>();
        var edges = previous.Edges.Where(edge => edge.Kind == Storage.Profiles.EdgeKind.Asserted)
            .Concat(result.IdentifierEdges.Select(Stored)).Concat(result.Edges.Select(Stored)).Where(edge => !refused.Contains(edge with { At = null }));
        foreach (var edge in edges)
        {
            long? Of(long node) => previous.Nodes.TryGetValue(node, out var profile) ? profile.Number : null;
            var (a, b) = (Of(edge.A), Of(edge.B));
            if (a != b && clusters.TryGetValue(edge.A, out var left) && clusters.TryGetValue(edge.B, out var right) && left == right)
            {
                foreach (var profile in new[] { a, b }.OfType<long>())
                {
                    found.TryAdd(profile, edge);
                }
            }
        }

        return found;
    }

    private IEnumerable<LooseNode> Loose()
    {
        var desired = policy.Identity is null ? [] : result.Dropped.ToHashSet();
        foreach (var node in desired.Order())
        {
            var identifiers = draft.Identifiers(node);
            if (!previous.Loose.TryGetValue(node, out var known) ? identifiers.Count > 0 : !known.ToHashSet().SetEquals(identifiers))
            {
                yield return new LooseNode(node, identifiers);
            }
        }

        // Those that came to a profile are forgotten with that; these are gone, or are looked for no more.
        foreach (var node in previous.Loose.Keys.Where(node => !desired.Contains(node)).Order())
        {
            yield return new LooseNode(node, []);
        }
    }
}
