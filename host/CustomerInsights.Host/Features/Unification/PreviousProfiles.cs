using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification;
using CustomerInsights.Core.Unification.Identities;
using CustomerInsights.Storage.Profiles;

namespace CustomerInsights.Host.Features.Unification;

/// <summary>What is known of a type's profiles before a run.</summary>
internal sealed class PreviousProfiles
{
    /// <summary>Node to the number of the profile that it is in.</summary>
    public Dictionary<long, ProfileRef> Nodes { get; } = [];

    /// <summary>Living and redirected profiles, for the assignment of ids.</summary>
    public List<PreviousProfile> All { get; } = [];

    /// <summary>Ids by number, redirected ones too.</summary>
    public Dictionary<long, ProfileId> Ids { get; } = [];

    /// <summary>First nodes by number.</summary>
    public Dictionary<long, long> FirstNodes { get; } = [];

    /// <summary>Fingerprints by number.</summary>
    public Dictionary<long, byte[]> Hashes { get; } = [];

    public List<StoredEdge> Edges { get; } = [];

    /// <summary>Profiles whose nodes have all gone, with their stream say.</summary>
    public List<ProfileId> Empty { get; } = [];

    /// <summary>Nodes of no profile, with what they are named by.</summary>
    public Dictionary<long, List<Identifier>> Loose { get; } = [];

    /// <summary>Identifiers that join nobody.</summary>
    public HashSet<DemotedIdentifier> Demotions { get; } = [];

    /// <summary>Where the ids of an undone merge belong, whatever their first nodes say; empty in a run.</summary>
    public IReadOnlyDictionary<ProfileId, long> Anchors { get; private init; } = new Dictionary<ProfileId, long>();

    /// <summary>The same of some profiles only.</summary>
    public static PreviousProfiles Of(ProfileNeighbourhood near, IReadOnlyDictionary<ProfileId, long> anchors)
    {
        var previous = new PreviousProfiles { Anchors = anchors };
        foreach (var membership in near.Members)
        {
            previous.Add(membership);
        }

        foreach (var redirected in near.Redirected)
        {
            previous.Add(redirected);
        }

        foreach (var fingerprint in near.Fingerprints)
        {
            previous.Hashes[fingerprint.Profile] = fingerprint.Hash;
        }

        previous.Edges.AddRange(near.Edges);
        foreach (var loose in near.Loose)
        {
            previous.Add(loose);
        }

        previous.Demotions.UnionWith(near.Demotions);
        return previous;
    }

    public static async Task<PreviousProfiles> ReadAsync(IProfileStore store, IIdentityStore identities, string type, CancellationToken cancellationToken)
    {
        var previous = new PreviousProfiles();
        await foreach (var membership in store.ReadMembershipAsync(type, cancellationToken))
        {
            previous.Add(membership);
        }

        await foreach (var redirected in store.ReadRedirectedAsync(type, cancellationToken))
        {
            previous.Add(redirected);
        }

        await foreach (var fingerprint in store.ReadFingerprintsAsync(type, cancellationToken))
        {
            previous.Hashes[fingerprint.Profile] = fingerprint.Hash;
            if (previous.Ids.TryAdd(fingerprint.Profile, fingerprint.Id))
            {
                previous.Empty.Add(fingerprint.Id);
            }
        }

        await foreach (var edge in store.ReadEdgesAsync(type, cancellationToken))
        {
            previous.Edges.Add(edge);
        }

        await foreach (var loose in identities.ReadLooseAsync(type, cancellationToken))
        {
            previous.Add(loose);
        }

        await foreach (var demotion in identities.ReadDemotionsAsync(type, cancellationToken))
        {
            previous.Demotions.Add(demotion.Demoted);
        }

        return previous;
    }

    private void Add(LooseNode loose)
    {
        if (!Loose.TryGetValue(loose.Node, out var identifiers))
        {
            Loose.Add(loose.Node, identifiers = []);
        }

        identifiers.AddRange(loose.Identifiers);
    }

    private void Add(Membership membership)
    {
        Nodes[membership.Node] = new ProfileRef(membership.Profile);
        if (Ids.TryAdd(membership.Profile, membership.Id))
        {
            FirstNodes[membership.Profile] = membership.FirstNode;
            All.Add(new PreviousProfile(new ProfileRef(membership.Profile), Anchors.GetValueOrDefault(membership.Id, membership.FirstNode)));
        }
    }

    private void Add(RedirectedProfile redirected)
    {
        Ids[redirected.Profile] = redirected.Id;
        FirstNodes[redirected.Profile] = redirected.FirstNode;
        All.Add(new PreviousProfile(
            new ProfileRef(redirected.Profile), Anchors.GetValueOrDefault(redirected.Id, redirected.FirstNode), new ProfileRef(redirected.To))
        {
            ComesBack = Anchors.ContainsKey(redirected.Id),
        });
    }
}
