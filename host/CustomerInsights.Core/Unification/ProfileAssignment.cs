namespace CustomerInsights.Core.Unification;

/// <summary>A profile as this module sees it. Numbers ascend in order of creation: the smallest is the oldest.</summary>
public readonly record struct ProfileRef(long Number);

/// <summary>A profile before the run.</summary>
/// <param name="Profile">Its reference.</param>
/// <param name="FirstNode">The node it was created with; it never changes while the profile lives.</param>
/// <param name="RedirectsTo">Null for a living profile; for one that was merged away, where its id leads.</param>
public sealed record PreviousProfile(ProfileRef Profile, long FirstNode, ProfileRef? RedirectsTo = null)
{
    /// <summary>Merged away, and its merge is undone now: it comes back before older ones whose first nodes lie in the same cluster.</summary>
    public bool ComesBack { get; init; }
}

/// <summary>A cluster and the profile that it is.</summary>
/// <param name="Cluster">Index into the clusters given.</param>
/// <param name="Profile">The profile.</param>
public readonly record struct AssignedCluster(int Cluster, ProfileRef Profile);

/// <summary>An id that now leads to another.</summary>
public readonly record struct ProfileRedirect(ProfileRef Old, ProfileRef New);

/// <summary>What happens to profile ids. Kept, Restored and New name every cluster exactly once.</summary>
/// <param name="Kept">Clusters that keep a living profile.</param>
/// <param name="Restored">Clusters that take back a profile which had been merged away: an undone merge.</param>
/// <param name="New">Indexes of clusters that need a new id. The host gives ids in this order; first node = smallest node.</param>
/// <param name="Redirects">Redirects that are new or changed. Never a chain: each leads to a kept or restored profile.</param>
/// <param name="Removed">Living profiles of which no node is left.</param>
public sealed record ProfileAssignmentResult(
    IReadOnlyList<AssignedCluster> Kept,
    IReadOnlyList<AssignedCluster> Restored,
    IReadOnlyList<int> New,
    IReadOnlyList<ProfileRedirect> Redirects,
    IReadOnlyList<ProfileRef> Removed);

/// <summary>Decides which profile each new cluster is. Pure and total.</summary>
/// <remarks>
/// A profile follows its anchor: its first node, or, if that is gone, the smallest node that is left of it. So a split leaves
/// the id with the part that holds the first node. Where several anchors meet, the oldest profile stays and the others
/// redirect to it. A cluster with no anchor of a living profile takes back the oldest profile whose first node it holds and
/// which had been merged away, one whose merge is undone now before all others; failing that it needs a new id.
/// </remarks>
public static class ProfileAssignment
{
    /// <summary>Assigns profiles to clusters.</summary>
    /// <param name="previousNodes">Node to living profile, before the run.</param>
    /// <param name="previousProfiles">Living and redirected profiles; the latter only to restore them. Each once.</param>
    /// <param name="clusters">The clusters after the run; no node in two of them.</param>
    /// <exception cref="ArgumentException">A node is in two clusters, or a profile is listed twice.</exception>
    public static ProfileAssignmentResult Assign(
        IReadOnlyDictionary<long, ProfileRef> previousNodes,
        IReadOnlyCollection<PreviousProfile> previousProfiles,
        IReadOnlyList<Cluster> clusters)
    {
        ArgumentNullException.ThrowIfNull(previousNodes);
        ArgumentNullException.ThrowIfNull(previousProfiles);
        ArgumentNullException.ThrowIfNull(clusters);
        var clusterOf = ClusterByNode(clusters);
        var smallestLeft = SmallestNodeLeft(previousNodes, clusterOf);
        PreviousProfile[] byAge = [.. previousProfiles.OrderBy(p => p.Profile.Number)];
        ThrowOnRepeats(byAge);

        var owner = new ProfileRef?[clusters.Count];
        var living = new Dictionary<ProfileRef, int>();
        var kept = new List<AssignedCluster>();
        var removed = new List<ProfileRef>();
        foreach (var profile in byAge.Where(p => p.RedirectsTo is null))
        {
            var anchored = clusterOf.TryGetValue(profile.FirstNode, out var cluster)
                || (smallestLeft.TryGetValue(profile.Profile, out var node) && clusterOf.TryGetValue(node, out cluster));
            if (!anchored)
            {
                removed.Add(profile.Profile);
                continue;
            }

            living.Add(profile.Profile, cluster);
            if (owner[cluster] is null)
            {
                owner[cluster] = profile.Profile;
                kept.Add(new AssignedCluster(cluster, profile.Profile));
            }
        }

        var restored = Restore(byAge, clusterOf, owner);
        var redirects = Redirect(byAge, clusterOf, living, owner);
        int[] fresh = [.. Enumerable.Range(0, clusters.Count).Where(c => owner[c] is null).OrderBy(c => clusters[c].First)];
        return new ProfileAssignmentResult(
            [.. kept.OrderBy(k => k.Cluster)], [.. restored.OrderBy(r => r.Cluster)], fresh, redirects, removed);
    }

    private static List<AssignedCluster> Restore(
        PreviousProfile[] byAge, Dictionary<long, int> clusterOf, ProfileRef?[] owner)
    {
        var restored = new List<AssignedCluster>();
        foreach (var profile in byAge.Where(p => p.RedirectsTo is not null).OrderByDescending(p => p.ComesBack))
        {
            if (clusterOf.TryGetValue(profile.FirstNode, out var cluster) && owner[cluster] is null)
            {
                owner[cluster] = profile.Profile;
                restored.Add(new AssignedCluster(cluster, profile.Profile));
            }
        }

        return restored;
    }

    private static List<ProfileRedirect> Redirect(
        PreviousProfile[] byAge, Dictionary<long, int> clusterOf, Dictionary<ProfileRef, int> living, ProfileRef?[] owner)
    {
        var redirects = new List<ProfileRedirect>();
        foreach (var profile in byAge)
        {
            ProfileRef? target = null;
            if (profile.RedirectsTo is { } old)
            {
                // Follows the first node where it still exists; otherwise whatever became of the old target.
                target = clusterOf.TryGetValue(profile.FirstNode, out var cluster) ? owner[cluster]
                    : living.TryGetValue(old, out cluster) ? owner[cluster]
                    : old;
            }
            else if (living.TryGetValue(profile.Profile, out var cluster))
            {
                target = owner[cluster];
            }

            if (target is { } to && to != profile.Profile && to != profile.RedirectsTo)
            {
                redirects.Add(new ProfileRedirect(profile.Profile, to));
            }
        }

        return redirects;
    }

    private static Dictionary<long, int> ClusterByNode(IReadOnlyList<Cluster> clusters)
    {
        var clusterOf = new Dictionary<long, int>();
        for (var c = 0; c < clusters.Count; c++)
        {
            foreach (var node in clusters[c].Nodes)
            {
                if (!clusterOf.TryAdd(node, c))
                {
                    throw new ArgumentException($"Node {node} is in two clusters.", nameof(clusters));
                }
            }
        }

        return clusterOf;
    }

    private static Dictionary<ProfileRef, long> SmallestNodeLeft(
        IReadOnlyDictionary<long, ProfileRef> previousNodes, Dictionary<long, int> clusterOf)
    {
        var smallest = new Dictionary<ProfileRef, long>();
        foreach (var (node, profile) in previousNodes)
        {
            if (clusterOf.ContainsKey(node) && (!smallest.TryGetValue(profile, out var known) || node < known))
            {
                smallest[profile] = node;
            }
        }

        return smallest;
    }

    private static void ThrowOnRepeats(PreviousProfile[] byAge)
    {
        for (var i = 1; i < byAge.Length; i++)
        {
            if (byAge[i].Profile == byAge[i - 1].Profile)
            {
                throw new ArgumentException($"Profile {byAge[i].Profile.Number} is listed twice.", nameof(byAge));
            }
        }
    }
}
