using System.Runtime.CompilerServices;
using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Profiles;

internal sealed class SqliteProfileStore(Database database) : IProfileStore
{
    private const string List = "profiles";
    private const int Chunk = 1000;

    public IAsyncEnumerable<StoredNode> ReadNodesAsync(int stream, CancellationToken cancellationToken) =>
        database.StreamAsync(
            db => ProfileStreams.Rows(
                db,
                """
                SELECT n.node_id, n.key, r.document FROM nodes n INDEXED BY nodes_present CROSS JOIN records r ON r.record_no = n.record_no
                WHERE n.stream_no = ?1 AND n.present = 1 AND r.document IS NOT NULL ORDER BY n.node_id
                """,
                row => new StoredNode(row.Long(0), row.Text(1), row.Blob(2)),
                stream),
            Chunk,
            cancellationToken);

    public IAsyncEnumerable<Membership> ReadMembershipAsync(string profileType, CancellationToken cancellationToken) =>
        database.StreamAsync(
            db => ProfileStreams.Rows(
                db,
                """
                SELECT np.node_id, p.profile_no, p.profile_id, p.first_node
                FROM node_profile np CROSS JOIN profiles p ON p.profile_no = np.profile_no
                WHERE p.type_no = (SELECT type_no FROM profile_types WHERE name = ?1) ORDER BY np.node_id
                """,
                row => new Membership(row.Long(0), row.Long(1), row.Id(2), row.Long(3)),
                profileType),
            Chunk,
            cancellationToken);

    public IAsyncEnumerable<RedirectedProfile> ReadRedirectedAsync(string profileType, CancellationToken cancellationToken) =>
        database.StreamAsync(
            db => ProfileStreams.Redirected(db, profileType),
            Chunk,
            cancellationToken);

    public IAsyncEnumerable<StoredEdge> ReadEdgesAsync(string profileType, CancellationToken cancellationToken) =>
        database.StreamAsync(
            db => ProfileStreams.Rows(
                db,
                """
                SELECT a, b, kind, rule, score, at FROM edges
                WHERE type_no = (SELECT type_no FROM profile_types WHERE name = ?1) ORDER BY a, b, type_no, kind, rule
                """,
                ProfileStreams.Edge,
                profileType),
            Chunk,
            cancellationToken);

    public IAsyncEnumerable<ProfileFingerprint> ReadFingerprintsAsync(string profileType, CancellationToken cancellationToken) =>
        database.StreamAsync(
            db => ProfileStreams.Rows(
                db,
                """
                SELECT profile_no, profile_id, hash FROM profiles
                WHERE type_no = (SELECT type_no FROM profile_types WHERE name = ?1) ORDER BY profile_no
                """,
                row => new ProfileFingerprint(row.Long(0), row.Id(1), row.Blob(2)),
                profileType),
            Chunk,
            cancellationToken);

    public ValueTask<ProfileBasis> BasisAsync(string profileType, CancellationToken cancellationToken) =>
        database.ReadAsync(db => ProfileRows.Basis(db, profileType), cancellationToken);

    public ValueTask<ProfileNeighbourhood> NeighbourhoodAsync(IReadOnlyList<ProfileId> profiles, CancellationToken cancellationToken) =>
        database.SnapshotAsync(db => Neighbourhood.Read(db, profiles), cancellationToken);

    public ValueTask<IReadOnlyDictionary<long, LineageNode>> NodesAsync(IReadOnlyCollection<long> nodes, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyDictionary<long, LineageNode>>(
            db => nodes.Distinct().SelectMany(node => ProfileStreams.Rows(
                db,
                "SELECT n.node_id, s.name, n.key FROM nodes n JOIN streams s ON s.stream_no = n.stream_no WHERE n.node_id = ?1 AND s.name IS NOT NULL",
                row => new LineageNode(row.Long(0), row.Text(1), row.Text(2)),
                node)).ToDictionary(node => node.Id),
            cancellationToken);

    public ValueTask ApplyAsync(ProfileChanges changes, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => new ProfileWriting(transaction, changes).Run(), cancellationToken);

    public ValueTask<IReadOnlyList<KeyValuePair<string, long>>> CountAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<KeyValuePair<string, long>>>(
            db => [.. ProfileStreams.Rows(
                db,
                "SELECT t.name, COUNT(*) FROM profiles p JOIN profile_types t ON t.type_no = p.type_no GROUP BY p.type_no ORDER BY t.name",
                row => KeyValuePair.Create(row.Text(0), row.Long(1)))],
            cancellationToken);

    public ValueTask<StoredProfile?> FindAsync(ProfileId id, CancellationToken cancellationToken) =>
        database.SnapshotAsync(db => ProfileRows.Resolve(db, id) is { } number ? ProfileRows.Find(db, number) : null, cancellationToken);

    public ValueTask<IReadOnlyList<ProfileName>> NamesAsync(IReadOnlyList<long> numbers, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ProfileName>>(
            db =>
            {
                var names = new List<ProfileName>(numbers.Count);
                foreach (var number in numbers)
                {
                    using var rows = db.Query("SELECT profile_id, display_name FROM profiles WHERE profile_no = ?1", number);
                    if (rows.Step())
                    {
                        names.Add(new ProfileName(number, rows.Id(0), rows.Text(1)));
                    }
                }

                return names;
            },
            cancellationToken);

    public ValueTask<ProfileId?> FindByRecordAsync(int stream, string key, CancellationToken cancellationToken) =>
        database.ReadAsync<ProfileId?>(
            db =>
            {
                using var rows = db.Query(
                    """
                    SELECT p.profile_id FROM nodes n JOIN node_profile np ON np.node_id = n.node_id JOIN profiles p ON p.profile_no = np.profile_no
                    WHERE n.stream_no = ?1 AND n.key = ?2
                    """,
                    stream, key);
                return rows.Step() ? rows.Id(0) : null;
            },
            cancellationToken);

    public ValueTask<ProfileLineage> LineageAsync(ProfileId id, CancellationToken cancellationToken) =>
        database.SnapshotAsync(
            db => ProfileRows.Resolve(db, id) is { } number ? ProfileStreams.Lineage(db, number) : new ProfileLineage([], [], []), cancellationToken);

    public ValueTask<Page<StoredProfile>> ListAsync(string profileType, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Number(List, after) ?? 0;
        return database.SnapshotAsync(
            db =>
            {
                using var rows = db.Query(
                    ProfileRows.Select +
                    " WHERE p.type_no = (SELECT type_no FROM profile_types WHERE name = ?1) AND p.profile_no > ?2 ORDER BY p.profile_no LIMIT ?3",
                    profileType, behind, limit + 1L);
                return Paging.Page(rows, limit, row => ProfileRows.Read(db, row), last => Cursor.Of(List, last.Number));
            },
            cancellationToken);
    }

    public ValueTask<Page<StoredProfile>> SearchAsync(ProfileSearch search, string? after, int limit, CancellationToken cancellationToken) =>
        database.SnapshotAsync(
            db => ProfileRows.Type(db, search.ProfileType) is { } type
                ? new ProfileSearching(db, search, type).Run(after, limit)
                : new Page<StoredProfile>([], null),
            cancellationToken);

    public ValueTask<IReadOnlyDictionary<long, long>> ProfilesOfNodesAsync(IReadOnlyCollection<long> nodes, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyDictionary<long, long>>(
            db =>
            {
                var found = new Dictionary<long, long>();
                foreach (var node in nodes)
                {
                    if (db.Number("SELECT profile_no FROM node_profile WHERE node_id = ?1", node) is { } profile)
                    {
                        found[node] = profile;
                    }
                }

                return found;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<TouchedProfile>> ReadTouchedAsync(IReadOnlyList<ProfileRead> reads, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyList<TouchedProfile>>(db => TouchedProfiles.Read(db, reads), cancellationToken);

    public ValueTask<long[]> NumbersAsync(string profileType, long after, int limit, CancellationToken cancellationToken) =>
        database.ReadAsync<long[]>(
            db => [.. ProfileStreams.Rows(
                db,
                "SELECT profile_no FROM profiles WHERE type_no = (SELECT type_no FROM profile_types WHERE name = ?1) AND profile_no > ?2 ORDER BY profile_no LIMIT ?3",
                row => row.Long(0),
                profileType, after, limit)],
            cancellationToken);

    public ValueTask<IReadOnlyList<long>> SearchExactAsync(ProfileSearch search, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyList<long>>(
            db => ProfileRows.Type(db, search.ProfileType) is { } type ? [.. new ProfileSearching(db, search, type).Exact()] : [], cancellationToken);

    public ValueTask<IReadOnlyList<StoredProfile>> FindAllAsync(IReadOnlyList<long> numbers, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyList<StoredProfile>>(db => [.. numbers.Select(number => ProfileRows.Find(db, number)).OfType<StoredProfile>()], cancellationToken);

    public IAsyncEnumerable<SearchedProfile> ReadSearchedAsync(string profileType, CancellationToken cancellationToken) =>
        database.StreamAsync(db => SearchedProfiles.Read(db, profileType), Chunk, cancellationToken);

    public ValueTask<IReadOnlyList<SearchedProfile>> ReadSearchedAsync(IReadOnlyCollection<long> numbers, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyList<SearchedProfile>>(db => SearchedProfiles.Read(db, numbers), cancellationToken);

    public async IAsyncEnumerable<IReadOnlyList<PopulationProfile>> ReadPopulationAsync(
        PopulationQuery query, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var size = Math.Clamp(query.BatchSize, 1, 10_000);
        await foreach (var batch in database.StreamAsync(db => Population.Read(db, query).Chunk(size), chunk: 1, cancellationToken))
        {
            yield return batch;
        }
    }

    public async ValueTask<IPopulationSnapshot> OpenPopulationAsync(PopulationQuery query, CancellationToken cancellationToken)
    {
        var held = await database.HoldAsync(cancellationToken);
        return new HeldPopulation(held, query, Population.Count(held.Db, query.ProfileType));
    }

    public ValueTask<IReadOnlyList<long>> ColumnRangesAsync(string profileType, int size, CancellationToken cancellationToken) =>
        OnceAsync(db => ColumnReading.Ranges(db, profileType, size), cancellationToken);

    public ValueTask<long> ReadColumnsAsync(ColumnRange range, IColumnSink sink, CancellationToken cancellationToken) =>
        OnceAsync(db => ColumnReading.Read(db, range, sink), cancellationToken);

    public async ValueTask ReadColumnProfilesAsync(ColumnRange range, IColumnProfileSink sink, CancellationToken cancellationToken) =>
        await OnceAsync(db => ColumnScan.Profiles(db, range, sink), cancellationToken);

    public ValueTask<ActivityExtent> ActivityExtentAsync(int size, CancellationToken cancellationToken) =>
        database.SnapshotAsync(db => ColumnScan.Extent(db, size), cancellationToken);

    public async ValueTask ReadColumnActivitiesAsync(ActivityRange range, IColumnActivitySink sink, CancellationToken cancellationToken) =>
        await OnceAsync(db => ColumnScan.Activities(db, range, sink), cancellationToken);

    public ValueTask<ColumnChanges> ReadColumnChangesAsync(long after, IColumnSink sink, CancellationToken cancellationToken) =>
        OnceAsync(db => ColumnReading.Changes(db, after, sink), cancellationToken);

    // As a stream of one: a long read must not take a place among the short ones.
    private async ValueTask<T> OnceAsync<T>(Func<SqlConnection, T> read, CancellationToken cancellationToken)
    {
        await foreach (var result in database.StreamAsync(db => Enumerable.Repeat(db, 1).Select(read), chunk: 1, cancellationToken))
        {
            return result;
        }

        throw new InvalidOperationException("A stream of one gave nothing.");
    }
}
