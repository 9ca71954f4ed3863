using CustomerInsights.Core.Model;
using CustomerInsights.Core.Unification.Identities;
using CustomerInsights.Storage.Profiles;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Profiles;

internal sealed class SqliteIdentityStore(Database database) : IIdentityStore
{
    private const string List = "demotions";
    private const int Chunk = 1000;

    public ValueTask<IReadOnlyList<NeighbourNode>> TiedAsync(
        string profileType, IReadOnlyCollection<long> nodes, IReadOnlyCollection<Identifier> identifiers, int limit, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyList<NeighbourNode>>(db => IdentityReach.Tied(db, profileType, nodes, identifiers, limit), cancellationToken);

    public ValueTask<ProfileNeighbourhood> NeighbourhoodAsync(
        string profileType, IReadOnlyList<ProfileId> first, IReadOnlyCollection<long> nodes, CancellationToken cancellationToken) =>
        database.SnapshotAsync(db => IdentityReach.Neighbourhood(db, profileType, first, nodes), cancellationToken);

    public async ValueTask TellAsync(string profileType, IReadOnlyList<StoredEdge> edges, CancellationToken cancellationToken) => await database.WriteAsync(
        transaction =>
        {
            var type = ProfileRows.EnsureType(transaction.Db, profileType);
            foreach (var edge in edges)
            {
                var changed = transaction.Db.Run(
                    """
                    INSERT INTO edges(a, b, type_no, kind, rule, score, at) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                    ON CONFLICT DO UPDATE SET at = excluded.at WHERE excluded.at IS NOT NULL AND (at IS NULL OR at > excluded.at)
                    """,
                    Math.Min(edge.A, edge.B), Math.Max(edge.A, edge.B), type, (long)edge.Kind, edge.Rule, edge.Score, edge.At);
                if (changed > 0)
                {
                    transaction.Feed(ChangeKind.Node, edge.A);
                    transaction.Feed(ChangeKind.Node, edge.B);
                }
            }

            return edges.Count;
        },
        cancellationToken);

    public IAsyncEnumerable<LooseNode> ReadLooseAsync(string profileType, CancellationToken cancellationToken) => database.StreamAsync(
        db => ProfileStreams.Rows(
            db,
            """
            SELECT node_id, type, value FROM loose_identifiers INDEXED BY loose_identifiers_by_node
            WHERE type_no = (SELECT type_no FROM profile_types WHERE name = ?1) ORDER BY node_id
            """,
            row => new LooseNode(row.Long(0), [new Identifier(row.Text(1), row.Text(2))]),
            profileType),
        Chunk,
        cancellationToken);

    public IAsyncEnumerable<StoredDemotion> ReadDemotionsAsync(string profileType, CancellationToken cancellationToken) => database.StreamAsync(
        db => ProfileStreams.Rows(
            db,
            IdentityRows.Demotion + " FROM demotions d WHERE d.type_no = (SELECT type_no FROM profile_types WHERE name = ?1) ORDER BY d.type, d.value",
            row => IdentityRows.Read(row, 0),
            profileType),
        Chunk,
        cancellationToken);

    public ValueTask<Page<StoredDemotion>> ListDemotionsAsync(string profileType, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Parts(List, after, 2) ?? ["", ""];
        return database.SnapshotAsync(
            db =>
            {
                using var rows = db.Query(
                    IdentityRows.Demotion + """
                     FROM demotions d WHERE d.type_no = (SELECT type_no FROM profile_types WHERE name = ?1) AND (d.type, d.value) > (?2, ?3)
                     ORDER BY d.type, d.value LIMIT ?4
                    """,
                    profileType, behind[0], behind[1], limit + 1L);
                return Paging.Page(
                    rows,
                    limit,
                    row => IdentityRows.Read(row, db.Number("SELECT COUNT(*) FROM identifiers WHERE value = ?1 AND type = ?2", row.Text(1), row.Text(0)) ?? 0),
                    last => Cursor.Of(List, last.Demoted.Identifier.Type, last.Demoted.Identifier.Value));
            },
            cancellationToken);
    }

    public ValueTask<IReadOnlyList<StoredDemotion>> DemotionsOfAsync(ProfileId profile, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyList<StoredDemotion>>(
            db => ProfileRows.Resolve(db, profile) is not { } number ? [] : [.. ProfileStreams.Rows(
                db,
                IdentityRows.Demotion + """
                , (SELECT COUNT(*) FROM identifiers o WHERE o.value = i.value AND o.type = i.type)
                FROM identifiers i JOIN profiles p ON p.profile_no = i.profile_no JOIN demotions d ON d.type_no = p.type_no AND d.type = i.type AND d.value = i.value
                WHERE i.profile_no = ?1 ORDER BY d.type, d.value
                """,
                row => IdentityRows.Read(row, row.Long(7)),
                number)],
            cancellationToken);

    public ValueTask<IReadOnlyList<long>> UnseenAsync(int stream, DateTimeOffset before, int limit, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyList<long>>(db => [.. IdentityExpiry.Unseen(db, stream, before, limit)], cancellationToken);

    public ValueTask<int> ExpireAsync(string profileType, IReadOnlyList<long> nodes, DateTimeOffset before, string cause, CancellationToken cancellationToken) =>
        database.WriteAsync(transaction => IdentityExpiry.Expire(transaction, profileType, nodes, before, cause), cancellationToken);
}
