using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Storage.Clusters;

/// <summary>Clusters of profiles of their own kind, such as households. They own nodes, so that they follow profiles that merge or split.</summary>
public interface IClusterStore
{
    /// <summary>The names of the kinds of which a profile type has clusters or redirects.</summary>
    ValueTask<IReadOnlyList<string>> NamesAsync(string profileType, CancellationToken cancellationToken);

    /// <summary>Which cluster each node is in, by cluster and node.</summary>
    IAsyncEnumerable<ClusterMembership> ReadMembershipAsync(string profileType, string name, CancellationToken cancellationToken);

    /// <summary>Ids that were merged away, by number.</summary>
    IAsyncEnumerable<RedirectedCluster> ReadRedirectedAsync(string profileType, string name, CancellationToken cancellationToken);

    /// <summary>Makes all changes or none.</summary>
    ValueTask ApplyAsync(ClusterChanges changes, CancellationToken cancellationToken);

    /// <summary>A cluster by id. An id that was merged away gives what it became.</summary>
    ValueTask<StoredCluster?> FindAsync(ClusterId id, CancellationToken cancellationToken);

    /// <summary>The profiles of a cluster, oldest first.</summary>
    ValueTask<Page<StoredProfile>> MembersAsync(ClusterId id, string? after, int limit, CancellationToken cancellationToken);
}

/// <summary>Which cluster a node is in.</summary>
/// <param name="Node">The node.</param>
/// <param name="Cluster">The cluster's number; grows with creation.</param>
/// <param name="Id">Its id.</param>
/// <param name="FirstNode">The node that it was made for.</param>
public sealed record ClusterMembership(long Node, long Cluster, ClusterId Id, long FirstNode);

/// <summary>A cluster that was merged away.</summary>
/// <param name="Cluster">The number that it had.</param>
/// <param name="Id">The id that it had.</param>
/// <param name="FirstNode">The node that it was made for.</param>
/// <param name="To">The number of the cluster that its id leads to; 0 when that is gone.</param>
public sealed record RedirectedCluster(long Cluster, ClusterId Id, long FirstNode, long To);

/// <summary>Changes that belong together.</summary>
/// <param name="ProfileType">The type.</param>
/// <param name="Name">The kind of cluster.</param>
/// <param name="Puts">Clusters made or changed, whole.</param>
/// <param name="Removed">Clusters that are no more.</param>
/// <param name="Redirects">For merged ones, which are removed thereby: the old id and the id that it leads to.</param>
public sealed record ClusterChanges(
    string ProfileType, string Name, IReadOnlyList<ClusterPut> Puts, IReadOnlyList<ClusterId> Removed, IReadOnlyList<KeyValuePair<ClusterId, ClusterId>> Redirects);

/// <summary>A cluster on its way in.</summary>
/// <param name="Id">Its id; new when not known yet.</param>
/// <param name="FirstNode">The node that it is made for; kept as it was for a known one.</param>
/// <param name="Nodes">All its nodes.</param>
public sealed record ClusterPut(ClusterId Id, long FirstNode, IReadOnlyList<long> Nodes);

/// <summary>A cluster as stored.</summary>
/// <param name="Id">Its id.</param>
/// <param name="ProfileType">Whose clusters these are.</param>
/// <param name="Name">The kind, <c>household</c>.</param>
/// <param name="Members">How many profiles it has.</param>
/// <param name="PreviousIds">Ids that were merged into it.</param>
/// <param name="CreatedAt">When it was made.</param>
public sealed record StoredCluster(ClusterId Id, string ProfileType, string Name, long Members, IReadOnlyList<ClusterId> PreviousIds, DateTimeOffset CreatedAt);
