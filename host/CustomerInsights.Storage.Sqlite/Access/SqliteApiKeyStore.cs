using CustomerInsights.Storage.Access;
using CustomerInsights.Storage.Sqlite.Engine;

namespace CustomerInsights.Storage.Sqlite.Access;

internal sealed class SqliteApiKeyStore(Database database) : IApiKeyStore
{
    private const string Select = "SELECT key_id, name, role, secret_hash, created_at, revoked_at FROM api_keys";

    public ValueTask AddAsync(ApiKey key, string actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                var db = transaction.Db;
                if (db.Number("SELECT 1 FROM api_keys WHERE key_id = ?1", key.Id) is not null)
                {
                    throw new StoreConflictException($"There is an API key with the id '{key.Id}' already.");
                }

                if (db.Number("SELECT 1 FROM api_keys WHERE name = ?1 AND revoked_at IS NULL", key.Name) is not null)
                {
                    throw new StoreConflictException($"There is an API key named '{key.Name}' already. Revoke it first, or take another name.");
                }

                db.Run(
                    "INSERT INTO api_keys(key_id, name, role, secret_hash, created_at, revoked_at) VALUES (?1, ?2, ?3, ?4, ?5, ?6)",
                    key.Id, key.Name, key.Role, key.SecretHash, key.CreatedAt, key.RevokedAt);
                transaction.Audit(actor, "key.add", $"key/{key.Name}", $"role {key.Role}");
            },
            cancellationToken);

    public ValueTask<ApiKey?> FindAsync(string id, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
            {
                using var rows = db.Query(Select + " WHERE key_id = ?1", id);
                return rows.Step() ? Read(rows) : null;
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<ApiKey>> ListAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<ApiKey>>(
            db =>
            {
                using var rows = db.Query(Select + " ORDER BY created_at, key_no");
                var all = new List<ApiKey>();
                while (rows.Step())
                {
                    all.Add(Read(rows));
                }

                return all;
            },
            cancellationToken);

    public ValueTask<bool> RevokeAsync(string id, string actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                using var rows = transaction.Db.Query("SELECT name FROM api_keys WHERE key_id = ?1 AND revoked_at IS NULL", id);
                if (!rows.Step())
                {
                    return false;
                }

                transaction.Db.Run("UPDATE api_keys SET revoked_at = ?2 WHERE key_id = ?1", id, transaction.Now);
                transaction.Audit(actor, "key.revoke", $"key/{rows.Text(0)}");
                return true;
            },
            cancellationToken);

    private static ApiKey Read(SqlStatement row) => new(row.Text(0), row.Text(1), row.Text(2), row.Blob(3), row.Time(4), row.TimeOrNull(5));
}
