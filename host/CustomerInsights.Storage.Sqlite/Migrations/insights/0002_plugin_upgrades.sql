ALTER TABLE plugin_transitions ADD COLUMN evidence TEXT;

-- What an upgrade can be taken back to: one copy for each version that was gone from.
CREATE TABLE plugin_snapshots (
  snapshot_no INTEGER PRIMARY KEY AUTOINCREMENT,
  plugin TEXT NOT NULL,
  version TEXT NOT NULL,
  state_version INTEGER NOT NULL,
  config TEXT NOT NULL,
  taken_at INTEGER NOT NULL,
  UNIQUE (plugin, version)
);
CREATE TABLE plugin_snapshot_values (
  snapshot_no INTEGER NOT NULL,
  connection TEXT NOT NULL,
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  expires_at INTEGER,
  size INTEGER NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (snapshot_no, connection, key)
) WITHOUT ROWID;
CREATE TABLE plugin_snapshot_states (
  snapshot_no INTEGER NOT NULL,
  stream_no INTEGER NOT NULL,
  state_version INTEGER,
  state_json TEXT,
  PRIMARY KEY (snapshot_no, stream_no)
) WITHOUT ROWID;
CREATE TABLE plugin_trials (plugin TEXT PRIMARY KEY, document TEXT NOT NULL) WITHOUT ROWID;
