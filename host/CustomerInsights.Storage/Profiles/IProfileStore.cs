using CustomerInsights.Core.Model;

namespace CustomerInsights.Storage.Profiles;

/// <summary>Nodes, edges, profiles: who is who, and what is known of them.</summary>
public interface IProfileStore
{
    /// <summary>The nodes of a stream whose record is present, by node id, with the record's document.</summary>
    IAsyncEnumerable<StoredNode> ReadNodesAsync(int stream, CancellationToken cancellationToken);

    /// <summary>Which profile each node of a type is in, by node id.</summary>
    IAsyncEnumerable<Membership> ReadMembershipAsync(string profileType, CancellationToken cancellationToken);

    /// <summary>Ids of a type that were merged away and lead to another profile, by number: an undone merge takes its old id back.</summary>
    IAsyncEnumerable<RedirectedProfile> ReadRedirectedAsync(string profileType, CancellationToken cancellationToken);

    /// <summary>All edges of a profile type, by node ids.</summary>
    IAsyncEnumerable<StoredEdge> ReadEdgesAsync(string profileType, CancellationToken cancellationToken);

    /// <summary>Content fingerprints of all profiles of a type, by number, so that what did not change is not written.</summary>
    IAsyncEnumerable<ProfileFingerprint> ReadFingerprintsAsync(string profileType, CancellationToken cancellationToken);

    /// <summary>What a change of this type's profiles is made from. Read it before the rest.</summary>
    ValueTask<ProfileBasis> BasisAsync(string profileType, CancellationToken cancellationToken);

    /// <summary>Living profiles with all that a change of them needs, of one moment.</summary>
    ValueTask<ProfileNeighbourhood> NeighbourhoodAsync(IReadOnlyList<ProfileId> profiles, CancellationToken cancellationToken);

    /// <summary>The records of nodes, by node id; those whose stream is gone are left out.</summary>
    ValueTask<IReadOnlyDictionary<long, LineageNode>> NodesAsync(IReadOnlyCollection<long> nodes, CancellationToken cancellationToken);

    /// <summary>Makes all changes or none, with feed rows, ledger entries and the verdict. A reader sees before or after, never between.</summary>
    /// <exception cref="StoreConflictException">The basis is not what is stored any more.</exception>
    ValueTask ApplyAsync(ProfileChanges changes, CancellationToken cancellationToken);

    /// <summary>How many profiles there are of each type.</summary>
    ValueTask<IReadOnlyList<KeyValuePair<string, long>>> CountAsync(CancellationToken cancellationToken);

    /// <summary>A profile by id. An id that was merged away gives the profile that it became.</summary>
    ValueTask<StoredProfile?> FindAsync(ProfileId id, CancellationToken cancellationToken);

    /// <summary>What to call some profiles, in the order asked; those that are no more are left out. At most 10,000.</summary>
    ValueTask<IReadOnlyList<ProfileName>> NamesAsync(IReadOnlyList<long> numbers, CancellationToken cancellationToken);

    /// <summary>The profile that a record belongs to, or null.</summary>
    ValueTask<ProfileId?> FindByRecordAsync(int stream, string key, CancellationToken cancellationToken);

    /// <summary>The nodes of a profile, by node id, and the edges among them.</summary>
    ValueTask<ProfileLineage> LineageAsync(ProfileId id, CancellationToken cancellationToken);

    /// <summary>Profiles of a type, oldest first.</summary>
    ValueTask<Page<StoredProfile>> ListAsync(string profileType, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>
    /// Profiles found by words of their names (prefixes, accents ignored), or by an identifier (exact after normalisation; a record key too);
    /// best first: identifiers, then whole words, then prefixes.
    /// </summary>
    ValueTask<Page<StoredProfile>> SearchAsync(ProfileSearch search, string? after, int limit, CancellationToken cancellationToken);

    /// <summary>The numbers of profiles of which a text is an identifier, an id, an id that was merged away, or a record's key; ascending, at most 1,000 of each.</summary>
    ValueTask<IReadOnlyList<long>> SearchExactAsync(ProfileSearch search, CancellationToken cancellationToken);

    /// <summary>Profiles by number, in the order asked; those that are no more are left out. At most 10,000, of one moment.</summary>
    ValueTask<IReadOnlyList<StoredProfile>> FindAllAsync(IReadOnlyList<long> numbers, CancellationToken cancellationToken);

    /// <summary>What the profiles of a type are found by, by number, of one moment.</summary>
    IAsyncEnumerable<SearchedProfile> ReadSearchedAsync(string profileType, CancellationToken cancellationToken);

    /// <summary>What some profiles, of any type, are found by; those that are no more are left out.</summary>
    ValueTask<IReadOnlyList<SearchedProfile>> ReadSearchedAsync(IReadOnlyCollection<long> numbers, CancellationToken cancellationToken);

    /// <summary>The profiles that nodes are in, by node; nodes of no profile are absent.</summary>
    ValueTask<IReadOnlyDictionary<long, long>> ProfilesOfNodesAsync(IReadOnlyCollection<long> nodes, CancellationToken cancellationToken);

    /// <summary>Single profiles with measures, segments and asked activities, all of one moment; those that are no more are absent.</summary>
    ValueTask<IReadOnlyList<TouchedProfile>> ReadTouchedAsync(IReadOnlyList<ProfileRead> reads, CancellationToken cancellationToken);

    /// <summary>The numbers of profiles of a type behind a number, ascending.</summary>
    ValueTask<long[]> NumbersAsync(string profileType, long after, int limit, CancellationToken cancellationToken);

    /// <summary>All profiles of a type with their measures and asked activities, oldest profile first, in batches, all of one moment.</summary>
    IAsyncEnumerable<IReadOnlyList<PopulationProfile>> ReadPopulationAsync(PopulationQuery query, CancellationToken cancellationToken);

    /// <summary>Holds the profiles of a type as they are now. Dispose it soon.</summary>
    ValueTask<IPopulationSnapshot> OpenPopulationAsync(PopulationQuery query, CancellationToken cancellationToken);

    /// <summary>The numbers at which the profiles of a type are to be cut, so that ranges have about <paramref name="size"/> each: the last number of every range, ascending.</summary>
    ValueTask<IReadOnlyList<long>> ColumnRangesAsync(string profileType, int size, CancellationToken cancellationToken);

    /// <summary>Gives the profiles of a range with all their activities to a sink, of one moment; gives back the feed's last number at that moment.</summary>
    ValueTask<long> ReadColumnsAsync(ColumnRange range, IColumnSink sink, CancellationToken cancellationToken);

    /// <summary>Gives the profiles of a range with their nodes to a sink, of one moment.</summary>
    ValueTask ReadColumnProfilesAsync(ColumnRange range, IColumnProfileSink sink, CancellationToken cancellationToken);

    /// <summary>Cuts all activities into ranges of about <paramref name="size"/>, in the order in which the store keeps them.</summary>
    ValueTask<ActivityExtent> ActivityExtentAsync(int size, CancellationToken cancellationToken);

    /// <summary>Gives the activities of a range that have a node to a sink, of one moment.</summary>
    ValueTask ReadColumnActivitiesAsync(ActivityRange range, IColumnActivitySink sink, CancellationToken cancellationToken);

    /// <summary>Gives all profiles that changed behind a number of the feed, of any type, with all their activities to a sink; of one moment with the feed.</summary>
    ValueTask<ColumnChanges> ReadColumnChangesAsync(long after, IColumnSink sink, CancellationToken cancellationToken);
}
