using CustomerInsights.Storage.Access;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Access;

internal sealed class SqliteAuditStore(Database database) : IAuditStore
{
    private const string List = "audit";

    public ValueTask AppendAsync(AuditEntry entry, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Db.Run(
                "INSERT INTO audit(at, actor, action, subject, detail) VALUES (?1, ?2, ?3, ?4, ?5)",
                entry.At, entry.Actor, entry.Action, entry.Subject, entry.Detail),
            cancellationToken).AsCompletion();

    public ValueTask<Page<AuditEntry>> ListAsync(string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Number(List, after) ?? long.MaxValue;
        return database.ReadAsync(
            db =>
            {
                using var rows = db.Query(
                    "SELECT at, actor, action, subject, detail, audit_no FROM audit WHERE audit_no < ?1 ORDER BY audit_no DESC LIMIT ?2",
                    behind, limit + 1L);
                return Paging.Page(
                    rows, limit, row => new AuditEntry(row.Time(0), row.Text(1), row.Text(2), row.Text(3), row.TextOrNull(4)), List, numberColumn: 5);
            },
            cancellationToken);
    }
}
