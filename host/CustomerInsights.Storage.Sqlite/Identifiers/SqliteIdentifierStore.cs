using CustomerInsights.Core.Consent;
using CustomerInsights.Storage.Identifiers;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Identifiers;

internal sealed class SqliteIdentifierStore(Database database) : IIdentifierStore
{
    private const string HistoryList = "identifier-history";

    public ValueTask<IReadOnlyList<bool>> ApplyAsync(IReadOnlyList<IdentifierChange> changes, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync<IReadOnlyList<bool>>(transaction => [.. changes.Select(change => IdentifierWriting.Apply(transaction, change, now))], cancellationToken);

    public ValueTask SeeAsync(IReadOnlyList<IdentifierSeen> seen, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                foreach (var one in seen)
                {
                    IdentifierWriting.See(transaction, one);
                }
            },
            cancellationToken);

    public ValueTask<IdentifierState?> FindAsync(string type, string value, CancellationToken cancellationToken) =>
        database.SnapshotAsync(
            db => IdentifierRows.Find(db, type, value)
                ?? (db.Number("SELECT 1 FROM identifiers WHERE value = ?1 AND type = ?2 LIMIT 1", value, type) is null
                    && db.Number("SELECT 1 FROM subscriptions WHERE value = ?1 AND type = ?2 LIMIT 1", value, type) is null
                    ? null
                    : new IdentifierState(type, value)),
            cancellationToken);

    public ValueTask<Page<IdentifierEvent>> HistoryAsync(string type, string value, string? after, int limit, CancellationToken cancellationToken)
    {
        var before = after is null ? long.MaxValue : Cursor.Number(HistoryList, after);
        return database.ReadAsync(
            db =>
            {
                using var rows = db.Query(
                    """
                    SELECT aspect, status, at, source, reason, update_type, list, recorded_at, applied, history_no FROM identifier_history
                    WHERE value = ?1 AND type = ?2 AND history_no < ?3 ORDER BY history_no DESC
                    """,
                    value, type, before);
                return Paging.Page(
                    rows,
                    limit,
                    row => new IdentifierEvent(
                        new IdentifierChange(
                            type, value, (IdentifierAspect)row.Int(0), (ConsentStatus)row.Int(1), row.Time(2), row.TextOrNull(3), row.TextOrNull(4), row.TextOrNull(5), row.TextOrNull(6)),
                        row.Time(7),
                        row.Flag(8)),
                    HistoryList,
                    9);
            },
            cancellationToken);
    }

    public ValueTask<IReadOnlyList<IdentifiersOfProfile>> OfProfilesAsync(IReadOnlyCollection<long> profiles, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyList<IdentifiersOfProfile>>(
            db => [.. profiles.Select(profile => new IdentifiersOfProfile(profile, IdentifierRows.OfProfile(db, profile))).Where(one => one.Identifiers.Count > 0)],
            cancellationToken);

    public ValueTask<IReadOnlyList<long>> OfTypeAsync(string profileType, IReadOnlyCollection<long> profiles, CancellationToken cancellationToken) =>
        database.SnapshotAsync<IReadOnlyList<long>>(
            db => ProfileRows.Type(db, profileType) is { } type
                ? [.. profiles.Where(profile => db.Number("SELECT 1 FROM profiles WHERE profile_no = ?1 AND type_no = ?2", profile, type) is not null)]
                : [],
            cancellationToken);

    public IAsyncEnumerable<IdentifiersOfProfile> StreamAsync(string profileType, CancellationToken cancellationToken) =>
        database.StreamAsync(db => IdentifierRows.Stream(db, profileType), chunk: 1000, cancellationToken);

    public ValueTask<IReadOnlyList<SubscriptionList>> ListsAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<SubscriptionList>>(
            db => [.. ProfileStreams.Rows(
                db,
                """
                SELECT l.name, l.display_name, l.description, l.created_at, (SELECT COUNT(*) FROM subscriptions s WHERE s.list = l.name AND s.status = 1)
                FROM subscription_lists l ORDER BY l.name
                """,
                row => new SubscriptionList(row.Text(0), row.TextOrNull(1), row.TextOrNull(2), row.Time(3), row.Long(4)))],
            cancellationToken);

    public ValueTask<bool> PutListAsync(string name, string? displayName, string? description, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                var isNew = transaction.Db.Number("SELECT 1 FROM subscription_lists WHERE name = ?1", name) is null;
                transaction.Db.Run(
                    """
                    INSERT INTO subscription_lists(name, display_name, description, created_at) VALUES (?1, ?2, ?3, ?4)
                    ON CONFLICT(name) DO UPDATE SET display_name = excluded.display_name, description = excluded.description
                    """,
                    name, displayName, description, now);
                return isNew;
            },
            cancellationToken);

    public ValueTask<bool> DeleteListAsync(string name, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                transaction.Db.Run("DELETE FROM subscriptions WHERE list = ?1", name);
                return transaction.Db.Run("DELETE FROM subscription_lists WHERE name = ?1", name) > 0;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<Subscription>> SubscriptionsAsync(string type, string value, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<Subscription>>(
            db => [.. ProfileStreams.Rows(
                db,
                "SELECT list, status, at, source FROM subscriptions WHERE value = ?1 AND type = ?2 ORDER BY list",
                row => new Subscription(row.Text(0), (ConsentStatus)row.Int(1), row.Time(2), row.TextOrNull(3)),
                value, type)],
            cancellationToken);
}
