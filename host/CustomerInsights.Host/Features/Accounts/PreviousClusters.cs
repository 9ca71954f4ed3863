using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;
using CustomerInsights.Storage.Clusters;

namespace CustomerInsights.Host.Features.Accounts;

/// <summary>What is known of one kind of cluster before a run, in the form in which profiles are given their ids.</summary>
internal sealed class PreviousClusters
{
    private readonly Dictionary<ClusterId, List<long>> _members = [];

    /// <summary>Node to the number of the cluster that it is in.</summary>
    public Dictionary<long, ProfileRef> Nodes { get; } = [];

    /// <summary>Living and redirected clusters.</summary>
    public List<PreviousProfile> All { get; } = [];

    /// <summary>Ids by number, redirected ones too.</summary>
    public Dictionary<long, ClusterId> Ids { get; } = [];

    public Dictionary<long, long> FirstNodes { get; } = [];

    public static async Task<PreviousClusters> ReadAsync(IClusterStore store, string type, string name, CancellationToken cancellationToken)
    {
        var previous = new PreviousClusters();
        await foreach (var membership in store.ReadMembershipAsync(type, name, cancellationToken))
        {
            previous.Nodes[membership.Node] = new ProfileRef(membership.Cluster);
            if (previous.Ids.TryAdd(membership.Cluster, membership.Id))
            {
                previous._members[membership.Id] = [];
                previous.FirstNodes[membership.Cluster] = membership.FirstNode;
                previous.All.Add(new PreviousProfile(new ProfileRef(membership.Cluster), membership.FirstNode));
            }

            previous._members[membership.Id].Add(membership.Node);
        }

        await foreach (var redirected in store.ReadRedirectedAsync(type, name, cancellationToken))
        {
            previous.Ids[redirected.Cluster] = redirected.Id;
            previous.FirstNodes[redirected.Cluster] = redirected.FirstNode;
            previous.All.Add(new PreviousProfile(new ProfileRef(redirected.Cluster), redirected.FirstNode, new ProfileRef(redirected.To)));
        }

        return previous;
    }

    /// <summary>Whether a cluster holds exactly these nodes already.</summary>
    public bool Has(ClusterId id, IReadOnlyList<long> nodes) => _members.TryGetValue(id, out var known) && known.SequenceEqual(nodes);
}
