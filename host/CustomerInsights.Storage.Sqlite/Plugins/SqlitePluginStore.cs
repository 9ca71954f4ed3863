using System.Text;
using CustomerInsights.Storage.Plugins;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;

namespace CustomerInsights.Storage.Sqlite.Plugins;

internal sealed class SqlitePluginStore(Database database) : IPluginStore
{
    private const string List = "transitions";
    private const int MostKeys = 1000;

    public ValueTask AppendTransitionAsync(PluginTransitionRow transition, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Db.Run(
                """
                INSERT INTO plugin_transitions(plugin, version, from_state, to_state, reason, detail, actor, at, evidence) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7, ?8, ?9)
                """,
                transition.Plugin, transition.Version, transition.From, transition.To, transition.Reason, transition.Detail, transition.Actor, transition.At, transition.Evidence),
            cancellationToken).AsCompletion();

    public ValueTask<Page<PluginTransitionRow>> ListTransitionsAsync(string plugin, string? after, int limit, CancellationToken cancellationToken)
    {
        var behind = Cursor.Number(List, after) ?? long.MaxValue;
        return database.ReadAsync(
            db =>
            {
                using var rows = db.Query(
                    """
                    SELECT plugin, version, from_state, to_state, reason, detail, actor, at, evidence, transition_no FROM plugin_transitions
                    WHERE plugin = ?1 AND transition_no < ?2 ORDER BY transition_no DESC LIMIT ?3
                    """,
                    plugin, behind, limit + 1L);
                return Paging.Page(
                    rows,
                    limit,
                    row => new PluginTransitionRow(
                        row.Text(0), row.Text(1), row.Text(2), row.Text(3), row.Text(4), row.Text(5), row.Text(6), row.Time(7), row.TextOrNull(8)),
                    List,
                    numberColumn: 9);
            },
            cancellationToken);
    }

    public ValueTask<PluginValue?> GetValueAsync(string plugin, string connection, string key, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
            {
                using var rows = db.Query(
                    """
                    SELECT value, version FROM plugin_values
                    WHERE plugin = ?1 AND connection = ?2 AND key = ?3 AND (expires_at IS NULL OR expires_at > ?4)
                    """,
                    plugin, connection, key, now);
                return rows.Step() ? new PluginValue(rows.Blob(0), rows.Long(1)) : null;
            },
            cancellationToken);

    public ValueTask<long> PutValueAsync(
        string plugin,
        string connection,
        string key,
        byte[] value,
        long? ifVersion,
        DateTimeOffset? expiresAt,
        DateTimeOffset now,
        long quotaBytes,
        CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                var db = transaction.Db;
                db.Run("DELETE FROM plugin_values WHERE plugin = ?1 AND connection = ?2 AND expires_at <= ?3", plugin, connection, now);
                var standing = db.Number("SELECT version FROM plugin_values WHERE plugin = ?1 AND connection = ?2 AND key = ?3", plugin, connection, key);
                if (ifVersion is { } expected && expected != (standing ?? 0))
                {
                    throw new StoreConflictException(
                        FormattableString.Invariant($"The stored value '{key}' stands at version {standing ?? 0}, not {expected} (0: none)."));
                }

                // Keys count as well: values of no bytes would else be without number. As blobs, for a text ends at its first NUL.
                var others = db.Number(
                    "SELECT SUM(size + LENGTH(CAST(key AS BLOB))) FROM plugin_values WHERE plugin = ?1 AND connection = ?2 AND key <> ?3", plugin, connection, key) ?? 0;
                var own = value.Length + Encoding.UTF8.GetByteCount(key);
                if (others + own > quotaBytes)
                {
                    throw new StoreQuotaException(
                        FormattableString.Invariant($"{own} bytes for '{key}' and {others} stored besides pass the quota of {quotaBytes} bytes, keys included."));
                }

                // From one counter for all: a value that is deleted and written again has not an old version again.
                var version = transaction.Next(Counter.PluginValue);
                db.Run(
                    """
                    INSERT OR REPLACE INTO plugin_values(plugin, connection, key, version, expires_at, size, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)
                    """,
                    plugin, connection, key, version, expiresAt, value.LongLength, value);
                return version;
            },
            cancellationToken);

    public ValueTask<bool> DeleteValueAsync(string plugin, string connection, string key, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => transaction.Db.Run("DELETE FROM plugin_values WHERE plugin = ?1 AND connection = ?2 AND key = ?3", plugin, connection, key) > 0,
            cancellationToken);

    public ValueTask<IReadOnlyList<string>> ListKeysAsync(
        string plugin, string connection, string prefix, string? after, DateTimeOffset now, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<string>>(
            db => [.. ProfileStreams.Rows(
                    db,
                    """
                    SELECT key FROM plugin_values
                    WHERE plugin = ?1 AND connection = ?2 AND key >= ?3 AND (?4 IS NULL OR key > ?4) AND (expires_at IS NULL OR expires_at > ?5)
                    ORDER BY key
                    """,
                    row => row.Text(0),
                    plugin,
                    connection,
                    prefix,
                    after,
                    now)
                .TakeWhile(key => key.StartsWith(prefix, StringComparison.Ordinal)).Take(MostKeys)],
            cancellationToken);

    public ValueTask<byte[]?> FindSecretAsync(string owner, string name, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
            {
                using var rows = db.Query("SELECT ciphertext FROM secrets WHERE owner = ?1 AND name = ?2", owner, name);
                return rows.Step() ? rows.Blob(0) : null;
            },
            cancellationToken);

    public ValueTask PutSecretAsync(string owner, string name, byte[]? ciphertext, string actor, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                var changed = ciphertext is null
                    ? transaction.Db.Run("DELETE FROM secrets WHERE owner = ?1 AND name = ?2", owner, name)
                    : transaction.Db.Run("INSERT OR REPLACE INTO secrets(owner, name, ciphertext) VALUES (?1, ?2, ?3)", owner, name, ciphertext);
                if (changed > 0)
                {
                    transaction.Audit(actor, ciphertext is null ? "secret.remove" : "secret.put", $"secret/{owner}/{name}");
                }
            },
            cancellationToken);

    public ValueTask<IReadOnlyList<string>> ListSecretsAsync(string owner, CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyList<string>>(
            db => [.. ProfileStreams.Rows(db, "SELECT name FROM secrets WHERE owner = ?1 ORDER BY name", row => row.Text(0), owner)], cancellationToken);
}
