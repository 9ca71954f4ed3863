using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Households;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Clusters;

namespace CustomerInsights.Host.Features.Accounts;

/// <summary>What a run found of one kind of cluster.</summary>
/// <param name="Name">The kind.</param>
/// <param name="Clusters">How many there are.</param>
/// <param name="Members">How many profiles are in one.</param>
/// <param name="Largest">The members of the largest.</param>
/// <param name="Warnings">What the rules had to leave out.</param>
internal sealed record ClusterReport(string Name, long Clusters, long Members, long Largest, IReadOnlyList<string> Warnings);

/// <summary>Finds households and other clusters of the profiles of a run, gives them their ids, and gives their members the attribute.</summary>
internal sealed class ClusterRun(IClusterStore store, TimeProvider clock)
{
    private const int PerTransaction = 500;

    /// <summary>
    /// Runs every kind that the policy defines and clears those that it does not. The clusters are stored before the profiles that name them: should
    /// the host end in between, the next run finds the same ids.
    /// </summary>
    public async Task<(UnificationResult Result, IReadOnlyList<ClusterReport> Reports)> RunAsync(
        UnificationModel unification, UnificationResult unified, CancellationToken cancellationToken)
    {
        var type = unification.ProfileType;
        var reports = new List<ClusterReport>();
        var found = unified;
        foreach (var cluster in unification.Clusters)
        {
            var (groups, warnings) = ProfileClusters.Find(
                cluster.Rules, cluster.Attributes, unified, new UnifierLimits { Threads = Environment.ProcessorCount }, cancellationToken);
            var ids = await IdentifyAsync(type, cluster.Policy.Name, unified, groups, cancellationToken);
            var texts = new string?[unified.Profiles.Count];
            for (var i = 0; i < groups.Count; i++)
            {
                foreach (var profile in groups[i])
                {
                    texts[profile] = ids[i].ToString();
                }
            }

            found = WithAttribute(found, cluster.Policy.AttributeName(), texts);
            reports.Add(new ClusterReport(
                cluster.Policy.Name, groups.Count, groups.Sum(group => (long)group.Count), groups.Count == 0 ? 0 : groups.Max(group => group.Count), warnings));
        }

        foreach (var name in (await store.NamesAsync(type, cancellationToken)).Except(unification.Clusters.Select(cluster => cluster.Policy.Name), StringComparer.Ordinal))
        {
            await ClearAsync(type, name, cancellationToken);
        }

        return (found, reports);
    }

    /// <summary>
    /// Gives profiles that are formed anew between two runs the clusters that their records are in; nothing is looked for. Where records of several
    /// come together the smallest record's counts until the next run.
    /// </summary>
    public async Task<UnificationResult> CarryAsync(UnificationModel unification, UnificationResult unified, CancellationToken cancellationToken)
    {
        var found = unified;
        var profileOf = unified.Profiles.SelectMany((profile, i) => profile.Cluster.Nodes.Select(node => (node, i))).ToDictionary(one => one.node, one => one.i);
        foreach (var cluster in unification.Clusters)
        {
            var (texts, nodes) = (new string?[unified.Profiles.Count], new long[unified.Profiles.Count]);
            await foreach (var member in store.ReadMembershipAsync(unification.ProfileType, cluster.Policy.Name, cancellationToken))
            {
                if (profileOf.TryGetValue(member.Node, out var profile) && (texts[profile] is null || member.Node < nodes[profile]))
                {
                    (texts[profile], nodes[profile]) = (member.Id.ToString(), member.Node);
                }
            }

            found = WithAttribute(found, cluster.Policy.AttributeName(), texts);
        }

        return found;
    }

    private async Task<ClusterId[]> IdentifyAsync(
        string type, string name, UnificationResult unified, IReadOnlyList<IReadOnlyList<int>> groups, CancellationToken cancellationToken)
    {
        var previous = await PreviousClusters.ReadAsync(store, type, name, cancellationToken);
        List<Cluster> clusters = [.. groups.Select(group => new Cluster([.. group.SelectMany(profile => unified.Profiles[profile].Cluster.Nodes).Order()]))];
        var assigned = ProfileAssignment.Assign(previous.Nodes, previous.All, clusters);
        var (ids, firstNodes) = (new ClusterId[clusters.Count], new long[clusters.Count]);
        foreach (var kept in assigned.Kept.Concat(assigned.Restored))
        {
            ids[kept.Cluster] = previous.Ids[kept.Profile.Number];
            firstNodes[kept.Cluster] = previous.FirstNodes[kept.Profile.Number];
        }

        foreach (var made in assigned.New)
        {
            ids[made] = new ClusterId(Guid.CreateVersion7(clock.GetUtcNow()));
            firstNodes[made] = clusters[made].First;
        }

        // An id leads on in the transaction of what it became: cut off in between, it would lead nowhere.
        var redirects = assigned.Redirects.ToLookup(redirect => previous.Ids[redirect.New.Number], redirect => previous.Ids[redirect.Old.Number]);
        var changed = Enumerable.Range(0, clusters.Count).Where(i => redirects.Contains(ids[i]) || !previous.Has(ids[i], clusters[i].Nodes));
        foreach (var some in changed.Chunk(PerTransaction))
        {
            await store.ApplyAsync(
                new ClusterChanges(
                    type,
                    name,
                    [.. some.Select(i => new ClusterPut(ids[i], firstNodes[i], clusters[i].Nodes))],
                    [],
                    [.. some.SelectMany(i => redirects[ids[i]].Select(old => KeyValuePair.Create(old, ids[i])))]),
                cancellationToken);
        }

        await RemoveAsync(type, name, assigned.Removed.Select(gone => previous.Ids[gone.Number]), cancellationToken);
        return ids;
    }

    private async Task ClearAsync(string type, string name, CancellationToken cancellationToken)
    {
        var previous = await PreviousClusters.ReadAsync(store, type, name, cancellationToken);
        await RemoveAsync(type, name, previous.Ids.Values, cancellationToken);
    }

    private async Task RemoveAsync(string type, string name, IEnumerable<ClusterId> ids, CancellationToken cancellationToken)
    {
        foreach (var some in ids.Chunk(PerTransaction))
        {
            await store.ApplyAsync(new ClusterChanges(type, name, [], some, []), cancellationToken);
        }
    }

    private static UnificationResult WithAttribute(UnificationResult unified, string attribute, string?[] texts) => unified with
    {
        Attributes = [.. unified.Attributes, attribute],
        Profiles = [.. unified.Profiles.Select((profile, i) => profile with { Values = [.. profile.Values, new MergedValue(Value.Of(texts[i]), null)] })],
    };
}
