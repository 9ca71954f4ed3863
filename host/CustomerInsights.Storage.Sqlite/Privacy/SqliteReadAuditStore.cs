using CustomerInsights.Core.Model;
using CustomerInsights.Storage.Privacy;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Privacy;

internal sealed class SqliteReadAuditStore(Database database) : IReadAuditStore
{
    private const string List = "reads";
    private const int TrimRows = 5000;

    public ValueTask AppendAsync(ReadEntry entry, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Db.Run(
                "INSERT INTO reads(at, principal, route, profile_id, count, query_hash) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                entry.At, entry.Principal, entry.Route, entry.Profile is { } id ? id : default(SqlValue), entry.Count, entry.QueryHash),
            cancellationToken).AsCompletion();

    public ValueTask<Page<ReadEntry>> ListAsync(ProfileId? profile, string? principal, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Number(List, after) ?? long.MaxValue;
        var where = (profile is null ? "" : " AND profile_id = ?3") + (principal is null ? "" : " AND principal = ?4");
        return database.ReadAsync(
            db =>
            {
                using var rows = db.Query(
                    $"SELECT at, principal, route, profile_id, count, query_hash, read_no FROM reads WHERE read_no < ?1{where} AND ?3 IS ?3 AND ?4 IS ?4 ORDER BY read_no DESC LIMIT ?2",
                    behind, limit + 1L, profile is { } id ? id : default(SqlValue), principal);
                return Paging.Page(
                    rows, limit, row => new ReadEntry(row.Time(0), row.Text(1), row.Text(2), row.IsNull(3) ? null : row.Id(3), row.LongOrNull(4), row.TextOrNull(5)), List, numberColumn: 6);
            },
            cancellationToken);
    }

    public ValueTask<bool> TrimAsync(DateTimeOffset before, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Db.Run("DELETE FROM reads WHERE read_no IN (SELECT read_no FROM reads WHERE at < ?1 ORDER BY read_no LIMIT ?2)", before, TrimRows) == TrimRows,
            cancellationToken);
}
