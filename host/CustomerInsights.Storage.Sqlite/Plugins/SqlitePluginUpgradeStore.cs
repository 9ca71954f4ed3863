using CustomerInsights.Storage.Plugins;
using CustomerInsights.Storage.Records;
using CustomerInsights.Storage.Sqlite.Engine;
using CustomerInsights.Storage.Sqlite.Profiles;
using CustomerInsights.Storage.Sqlite.Records;

namespace CustomerInsights.Storage.Sqlite.Plugins;

internal sealed class SqlitePluginUpgradeStore(Database database, RunLifecycle runs) : IPluginUpgradeStore
{
    private const string Select =
        """
        SELECT plugin, version, state_version, config, taken_at, snapshot_no,
          (SELECT COUNT(*) FROM plugin_snapshot_values v WHERE v.snapshot_no = s.snapshot_no),
          (SELECT COUNT(*) FROM plugin_snapshot_states t WHERE t.snapshot_no = s.snapshot_no)
        FROM plugin_snapshots s WHERE plugin = ?1 AND version = ?2
        """;

    public ValueTask<PluginSnapshot> TakeSnapshotAsync(NewPluginSnapshot snapshot, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                var db = transaction.Db;
                Delete(db, snapshot.Plugin, snapshot.Version);
                db.Run(
                    "INSERT INTO plugin_snapshots(plugin, version, state_version, config, taken_at) VALUES (?1, ?2, ?3, ?4, ?5)",
                    snapshot.Plugin, snapshot.Version, snapshot.StateVersion, snapshot.Config, transaction.Now);
                var number = db.Number("SELECT last_insert_rowid()")!.Value;
                db.Run(
                    """
                    INSERT INTO plugin_snapshot_values(snapshot_no, connection, key, version, expires_at, size, value)
                    SELECT ?1, connection, key, version, expires_at, size, value FROM plugin_values WHERE plugin = ?2
                    """,
                    number, snapshot.Plugin);
                foreach (var stream in snapshot.Streams)
                {
                    db.Run(
                        """
                        INSERT OR IGNORE INTO plugin_snapshot_states(snapshot_no, stream_no, state_version, state_json)
                        SELECT ?1, stream_no, state_version, state_json FROM streams WHERE name = ?2
                        """,
                        number, stream);
                }

                return Find(db, snapshot.Plugin, snapshot.Version)!.Value.Snapshot;
            },
            cancellationToken);

    public ValueTask<PluginSnapshot?> FindSnapshotAsync(string plugin, string version, CancellationToken cancellationToken) =>
        database.ReadAsync(db => Find(db, plugin, version)?.Snapshot, cancellationToken);

    public ValueTask<bool> RestoreSnapshotAsync(string plugin, string version, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                var db = transaction.Db;
                if (Find(db, plugin, version) is not { Number: var number })
                {
                    return false;
                }

                db.Run("DELETE FROM plugin_values WHERE plugin = ?1", plugin);

                // A version of their own: who still holds one of those that go must not think that nothing has changed.
                var values = ProfileStreams.Rows(
                    db, "SELECT connection, key, expires_at, size, value FROM plugin_snapshot_values WHERE snapshot_no = ?1",
                    row => (Connection: row.Text(0), Key: row.Text(1), ExpiresAt: row.TimeOrNull(2), Size: row.Long(3), Value: row.Blob(4)), number).ToList();
                foreach (var value in values)
                {
                    db.Run(
                        "INSERT INTO plugin_values(plugin, connection, key, version, expires_at, size, value) VALUES (?1, ?2, ?3, ?4, ?5, ?6, ?7)",
                        plugin, value.Connection, value.Key, transaction.Next(Counter.PluginValue), value.ExpiresAt, value.Size, value.Value);
                }

                foreach (var stream in ProfileStreams.Rows(db, "SELECT stream_no FROM plugin_snapshot_states WHERE snapshot_no = ?1", row => row.Int(0), number).ToList())
                {
                    runs.EndAll(transaction, stream);
                }

                db.Run(
                    """
                    UPDATE streams SET (state_version, state_json) =
                      (SELECT t.state_version, t.state_json FROM plugin_snapshot_states t WHERE t.snapshot_no = ?1 AND t.stream_no = streams.stream_no)
                    WHERE stream_no IN (SELECT stream_no FROM plugin_snapshot_states WHERE snapshot_no = ?1)
                    """,
                    number);
                return true;
            },
            cancellationToken);

    public ValueTask KeepSnapshotsAsync(string plugin, IReadOnlyList<string> versions, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction =>
            {
                var known = ProfileStreams.Rows(transaction.Db, "SELECT version FROM plugin_snapshots WHERE plugin = ?1", row => row.Text(0), plugin).ToList();
                foreach (var version in known.Except(versions, StringComparer.Ordinal))
                {
                    Delete(transaction.Db, plugin, version);
                }
            },
            cancellationToken);

    public ValueTask<ConnectorState?> FindStateAsync(string stream, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
            {
                using var rows = db.Query("SELECT state_version, state_json FROM streams WHERE name = ?1", stream);
                return rows.Step() ? RunRows.State(rows, 0) : null;
            },
            cancellationToken);

    public ValueTask PutTrialAsync(string plugin, string? document, CancellationToken cancellationToken) =>
        database.WriteAsync(
            transaction => document is null
                ? transaction.Db.Run("DELETE FROM plugin_trials WHERE plugin = ?1", plugin)
                : transaction.Db.Run("INSERT OR REPLACE INTO plugin_trials(plugin, document) VALUES (?1, ?2)", plugin, document),
            cancellationToken).AsCompletion();

    public ValueTask<string?> FindTrialAsync(string plugin, CancellationToken cancellationToken) =>
        database.ReadAsync(
            db =>
            {
                using var rows = db.Query("SELECT document FROM plugin_trials WHERE plugin = ?1", plugin);
                return rows.Step() ? rows.Text(0) : null;
            },
            cancellationToken);

    public ValueTask<IReadOnlyDictionary<string, string>> ListTrialsAsync(CancellationToken cancellationToken) =>
        database.ReadAsync<IReadOnlyDictionary<string, string>>(
            db => ProfileStreams.Rows(db, "SELECT plugin, document FROM plugin_trials", row => (row.Text(0), row.Text(1))).ToDictionary(StringComparer.Ordinal), cancellationToken);

    private static (PluginSnapshot Snapshot, long Number)? Find(SqlConnection db, string plugin, string version)
    {
        using var rows = db.Query(Select, plugin, version);
        return rows.Step()
            ? (new PluginSnapshot(rows.Text(0), rows.Text(1), rows.Int(2), rows.Text(3), rows.Int(6), rows.Int(7), rows.Time(4)), rows.Long(5))
            : null;
    }

    private static void Delete(SqlConnection db, string plugin, string version)
    {
        db.Run("DELETE FROM plugin_snapshot_values WHERE snapshot_no IN (SELECT snapshot_no FROM plugin_snapshots WHERE plugin = ?1 AND version = ?2)", plugin, version);
        db.Run("DELETE FROM plugin_snapshot_states WHERE snapshot_no IN (SELECT snapshot_no FROM plugin_snapshots WHERE plugin = ?1 AND version = ?2)", plugin, version);
        db.Run("DELETE FROM plugin_snapshots WHERE plugin = ?1 AND version = ?2", plugin, version);
    }
}
