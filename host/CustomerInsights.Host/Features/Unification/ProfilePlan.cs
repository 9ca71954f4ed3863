using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;
using CustomerInsights.Host.Features.Metadata;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>
/// The difference between what is stored and what a run found, cut into transactions. Clusters between which nodes move stand in one transaction, so
/// that a reader sees a merge or split whole or not at all.
/// </summary>
internal sealed class ProfilePlan
{
    private const int PutsPerTransaction = 500;

    private readonly string _type;
    private readonly UnificationResult _result;
    private readonly PreviousProfiles _previous;
    private readonly ProfileDraft _draft;
    private readonly IdentityChanges _identities;
    private readonly DateTimeOffset _now;
    private readonly ProfileAssignmentResult _assigned;
    private readonly Dictionary<int, (ProfileId Id, long FirstNode, long? Number)> _identity = [];

    public ProfilePlan(ProfileTypeModel type, UnificationPolicy policy, IReadOnlyList<SourceStream> streams, UnificationResult result, PreviousProfiles previous, DateTimeOffset now)
    {
        _type = type.Name;
        _result = result;
        _previous = previous;
        _now = now;
        _draft = new ProfileDraft(type, policy, streams, result.Attributes);
        _identities = new IdentityChanges(policy, _draft, result, previous);
        _assigned = ProfileAssignment.Assign(previous.Nodes, previous.All, [.. result.Profiles.Select(profile => profile.Cluster)]);
        Identify();
    }

    public long Added { get; private set; }

    public long Changed { get; private set; }

    public long Merged { get; private set; }

    public long Removed { get; private set; }

    /// <summary>The transactions, in order. Nothing when nothing changed.</summary>
    public IEnumerable<ProfileChanges> Changes(string cause)
    {
        var edges = EdgeChanges();
        var puts = new List<ProfilePut>();
        var removed = new List<ProfileId>();
        var redirects = new List<Storage.Profiles.ProfileRedirect>();
        var added = new List<StoredEdge>();
        var gone = new List<StoredEdge>();
        var because = new Dictionary<ProfileId, StoredEdge>();
        var reasons = _assigned.Redirects.Any(redirect => _previous.Hashes.ContainsKey(redirect.Old.Number)) ? _identities.Reasons() : [];
        var redirectsByTarget = _assigned.Redirects.ToLookup(redirect => redirect.New.Number);
        foreach (var group in Groups())
        {
            foreach (var cluster in group)
            {
                var (id, firstNode, number) = _identity[cluster];
                var put = _draft.Put(_result.Profiles[cluster], id, firstNode);
                var known = number is { } n && _previous.Hashes.TryGetValue(n, out var hash) && hash.AsSpan().SequenceEqual(put.Hash);
                if (!known)
                {
                    puts.Add(put);
                    Added += number is null ? 1 : 0;
                    Changed += number is null ? 0 : 1;
                }

                if (number is { } target)
                {
                    foreach (var redirect in redirectsByTarget[target])
                    {
                        redirects.Add(new Storage.Profiles.ProfileRedirect(_previous.Ids[redirect.Old.Number], id));
                        if (_previous.Hashes.ContainsKey(redirect.Old.Number))
                        {
                            // It was a living profile until now; a redirect of a redirect only changes its end.
                            removed.Add(_previous.Ids[redirect.Old.Number]);
                            Merged++;
                            if (reasons.TryGetValue(redirect.Old.Number, out var reason))
                            {
                                because[_previous.Ids[redirect.Old.Number]] = reason;
                            }
                        }
                    }
                }

                if (edges.TryGetValue(cluster, out var own))
                {
                    added.AddRange(own.Added);
                    gone.AddRange(own.Removed);
                }
            }

            if (puts.Count >= PutsPerTransaction)
            {
                yield return Take();
            }
        }

        removed.AddRange(_assigned.Removed.Select(profile => _previous.Ids[profile.Number]));
        removed.AddRange(_previous.Empty);
        Removed = _assigned.Removed.Count + _previous.Empty.Count;
        if (edges.TryGetValue(NoCluster, out var loose))
        {
            added.AddRange(loose.Added);
            gone.AddRange(loose.Removed);
        }

        if (puts.Count + removed.Count + redirects.Count + added.Count + gone.Count > 0)
        {
            yield return Take();
        }

        foreach (var part in _identities.Parts(_type, cause))
        {
            yield return part;
        }

        ProfileChanges Take()
        {
            var changes = new ProfileChanges(_type, [.. puts], [.. removed], [.. redirects], [.. added], [.. gone], cause) { Because = because.ToDictionary() };
            because.Clear();
            puts.Clear();
            removed.Clear();
            redirects.Clear();
            added.Clear();
            gone.Clear();
            return changes;
        }
    }

    private const int NoCluster = -1;

    private void Identify()
    {
        foreach (var kept in _assigned.Kept.Concat(_assigned.Restored))
        {
            var (id, first) = (_previous.Ids[kept.Profile.Number], _previous.FirstNodes[kept.Profile.Number]);
            if (_previous.Anchors.TryGetValue(id, out var anchor) && !_result.Profiles[kept.Cluster].Cluster.Nodes.Contains(first))
            {
                // Its first node is gone or is somebody else's by now: should it come back there, the id must not follow it.
                first = anchor;
            }

            _identity[kept.Cluster] = (id, first, kept.Profile.Number);
        }

        foreach (var cluster in _assigned.New)
        {
            _identity[cluster] = (new ProfileId(Guid.CreateVersion7(_now)), _result.Profiles[cluster].Cluster.First, null);
        }
    }

    // Clusters that share a previous profile exchange nodes with it; they are one group. Groups come in order of their first cluster.
    private List<List<int>> Groups()
    {
        var parent = new int[_result.Profiles.Count];
        for (var i = 0; i < parent.Length; i++)
        {
            parent[i] = i;
        }

        var owner = new Dictionary<long, int>();
        for (var cluster = 0; cluster < parent.Length; cluster++)
        {
            foreach (var node in _result.Profiles[cluster].Cluster.Nodes)
            {
                if (_previous.Nodes.TryGetValue(node, out var profile) && !owner.TryAdd(profile.Number, cluster))
                {
                    var (a, b) = (Root(cluster), Root(owner[profile.Number]));
                    parent[Math.Max(a, b)] = Math.Min(a, b);
                }
            }
        }

        var members = new Dictionary<int, List<int>>();
        var order = new List<List<int>>();
        for (var cluster = 0; cluster < parent.Length; cluster++)
        {
            var root = Root(cluster);
            if (!members.TryGetValue(root, out var group))
            {
                order.Add(members[root] = group = []);
            }

            group.Add(cluster);
        }

        return order;

        int Root(int cluster)
        {
            while (parent[cluster] != cluster)
            {
                cluster = parent[cluster] = parent[parent[cluster]];
            }

            return cluster;
        }
    }

    private Dictionary<int, (List<StoredEdge> Added, List<StoredEdge> Removed)> EdgeChanges()
    {
        var clusterOf = new Dictionary<long, int>();
        for (var cluster = 0; cluster < _result.Profiles.Count; cluster++)
        {
            foreach (var node in _result.Profiles[cluster].Cluster.Nodes)
            {
                clusterOf[node] = cluster;
            }
        }

        var before = _previous.Edges.Where(edge => edge.Kind is Storage.Profiles.EdgeKind.Policy or Storage.Profiles.EdgeKind.Identifier).ToHashSet();
        var after = _result.Edges.Where(edge => edge.Kind == Core.Unification.EdgeKind.Policy).Concat(_result.IdentifierEdges).Select(IdentityChanges.Stored).ToHashSet();
        var changes = new Dictionary<int, (List<StoredEdge> Added, List<StoredEdge> Removed)>();
        foreach (var edge in after.Where(edge => !before.Contains(edge)).OrderBy(edge => edge.A).ThenBy(edge => edge.B))
        {
            Of(edge).Added.Add(edge);
        }

        foreach (var edge in before.Where(edge => !after.Contains(edge)).OrderBy(edge => edge.A).ThenBy(edge => edge.B))
        {
            Of(edge).Removed.Add(edge);
        }

        return changes;

        (List<StoredEdge> Added, List<StoredEdge> Removed) Of(StoredEdge edge)
        {
            var cluster = clusterOf.GetValueOrDefault(edge.A, NoCluster);
            return changes.TryGetValue(cluster, out var own) ? own : changes[cluster] = ([], []);
        }
    }
}
