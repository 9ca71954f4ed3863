-- Times are UTC ticks of 100 ns. Texts compare by bytes, which is by code point. Numbers from `counters` are never used twice.
CREATE TABLE counters (counter INTEGER PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;

-- A deleted definition keeps its row without a document, so that its versions never repeat.
CREATE TABLE definitions (
  kind TEXT NOT NULL,
  name TEXT NOT NULL,
  version INTEGER NOT NULL,
  document TEXT,
  changed_at INTEGER NOT NULL,
  changed_by TEXT NOT NULL,
  PRIMARY KEY (kind, name)
) WITHOUT ROWID;

CREATE TABLE audit (
  audit_no INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  actor TEXT NOT NULL,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT
);

CREATE TABLE api_keys (
  key_no INTEGER PRIMARY KEY AUTOINCREMENT,
  key_id TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  secret_hash BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  revoked_at INTEGER
);
CREATE UNIQUE INDEX api_keys_live ON api_keys (name) WHERE revoked_at IS NULL;

CREATE TABLE jobs (
  job_id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  subject TEXT,
  parent TEXT,
  parameters TEXT NOT NULL,
  state INTEGER NOT NULL,
  done INTEGER NOT NULL DEFAULT 0,
  total INTEGER,
  message TEXT,
  checkpoint TEXT,
  attempts INTEGER NOT NULL DEFAULT 0,
  result TEXT,
  error_kind TEXT,
  error_message TEXT,
  cancel_requested INTEGER NOT NULL DEFAULT 0,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  finished_at INTEGER,
  run_at INTEGER NOT NULL DEFAULT 0,
  lease_owner TEXT,
  lease_until INTEGER
) WITHOUT ROWID;
CREATE INDEX jobs_open ON jobs (state, job_id) WHERE state < 3;
CREATE INDEX jobs_by_parent ON jobs (parent, job_id);
CREATE INDEX jobs_by_kind ON jobs (kind, job_id);
CREATE INDEX jobs_succeeded ON jobs (kind, subject, finished_at) WHERE state = 3;

CREATE TABLE job_dependencies (
  job_id TEXT NOT NULL,
  depends_on TEXT NOT NULL,
  PRIMARY KEY (job_id, depends_on)
) WITHOUT ROWID;
CREATE INDEX job_dependents ON job_dependencies (depends_on);

-- A stream that is being removed has no name any more; its rows go in small steps.
CREATE TABLE streams (
  stream_no INTEGER PRIMARY KEY AUTOINCREMENT,
  name TEXT UNIQUE,
  fields TEXT NOT NULL,
  record_count INTEGER NOT NULL DEFAULT 0,
  last_sequence INTEGER NOT NULL DEFAULT 0,
  state_version INTEGER,
  state_json TEXT
);

-- run and epoch name the write that changed the record last; base_hash is its content at the checkpoint before (NULL: none or deleted).
-- So a record written behind the last checkpoint of a crashed run counts again as what it was. A deleted record keeps its row.
CREATE TABLE records (
  record_no INTEGER PRIMARY KEY,
  stream_no INTEGER NOT NULL,
  sequence INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  run INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  hash BLOB, -- first 16 bytes of SHA-256; NULL when deleted
  base_hash BLOB,
  key TEXT NOT NULL,
  document BLOB
);
CREATE UNIQUE INDEX records_by_key ON records (stream_no, key);
CREATE INDEX records_by_change ON records (stream_no, sequence);

-- The counts and the state are those of the last checkpoint. epoch grows with each checkpoint and each resumption; orphans lists those
-- epochs that a crash cut off before their checkpoint.
CREATE TABLE runs (
  run_no INTEGER PRIMARY KEY AUTOINCREMENT,
  stream_no INTEGER NOT NULL,
  job_id TEXT NOT NULL,
  is_full INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  orphans TEXT NOT NULL DEFAULT '',
  state_version INTEGER,
  state_json TEXT,
  outcome INTEGER,
  started_at INTEGER NOT NULL,
  ended_at INTEGER,
  read_count INTEGER NOT NULL DEFAULT 0,
  new_count INTEGER NOT NULL DEFAULT 0,
  changed_count INTEGER NOT NULL DEFAULT 0,
  unchanged_count INTEGER NOT NULL DEFAULT 0,
  deleted_count INTEGER NOT NULL DEFAULT 0,
  rejected_count INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX runs_by_stream ON runs (stream_no, run_no);

-- Which records a full run saw, and which nodes and activities a restarted projection touched: bits in chunks of 32,768 numbers.
CREATE TABLE run_seen (
  run INTEGER NOT NULL, chunk INTEGER NOT NULL, bits BLOB NOT NULL, PRIMARY KEY (run, chunk)
) WITHOUT ROWID;
CREATE TABLE projection_seen (
  stream_no INTEGER NOT NULL, what INTEGER NOT NULL, chunk INTEGER NOT NULL, bits BLOB NOT NULL, PRIMARY KEY (stream_no, what, chunk)
) WITHOUT ROWID;

CREATE TABLE rejected (
  rejected_no INTEGER PRIMARY KEY AUTOINCREMENT,
  stream_no INTEGER NOT NULL,
  run INTEGER NOT NULL,
  epoch INTEGER NOT NULL,
  reason TEXT NOT NULL,
  key TEXT,
  field TEXT,
  location TEXT,
  line INTEGER,
  excerpt TEXT
);
CREATE INDEX rejected_by_run ON rejected (stream_no, run, rejected_no);

-- present = 0: named by an activity whose record was not read yet, or the record is gone.
CREATE TABLE nodes (
  node_id INTEGER PRIMARY KEY,
  stream_no INTEGER NOT NULL,
  present INTEGER NOT NULL,
  record_no INTEGER,
  record_sequence INTEGER,
  key TEXT NOT NULL
);
CREATE UNIQUE INDEX nodes_by_key ON nodes (stream_no, key);
CREATE INDEX nodes_present ON nodes (stream_no, node_id) WHERE present = 1;

CREATE TABLE activity_types (type_no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

CREATE TABLE activities (
  activity_no INTEGER PRIMARY KEY,
  stream_no INTEGER NOT NULL,
  type_no INTEGER NOT NULL,
  node_id INTEGER,
  at INTEGER NOT NULL,
  hash BLOB NOT NULL,
  key TEXT NOT NULL,
  document BLOB NOT NULL
);
CREATE UNIQUE INDEX activities_by_key ON activities (stream_no, key);
CREATE INDEX activities_by_node ON activities (node_id, at, type_no);

CREATE TABLE projection_positions (
  stream_no INTEGER PRIMARY KEY,
  sequence INTEGER NOT NULL,
  mapping TEXT NOT NULL,
  restarting INTEGER NOT NULL
);

CREATE TABLE profile_types (type_no INTEGER PRIMARY KEY, name TEXT NOT NULL UNIQUE);

CREATE TABLE profiles (
  profile_no INTEGER PRIMARY KEY,
  profile_id BLOB NOT NULL UNIQUE,
  type_no INTEGER NOT NULL,
  first_node INTEGER NOT NULL,
  hash BLOB NOT NULL,
  created_at INTEGER NOT NULL,
  changed_at INTEGER NOT NULL,
  display_name TEXT NOT NULL,
  attributes BLOB NOT NULL,
  provenance TEXT NOT NULL
);
CREATE INDEX profiles_by_type ON profiles (type_no, profile_no);

CREATE TABLE node_profile (node_id INTEGER PRIMARY KEY, profile_no INTEGER NOT NULL) WITHOUT ROWID;
CREATE INDEX node_profile_by_profile ON node_profile (profile_no, node_id);

-- Number and first node are those that the profile had: an undone merge gives the id back to the part with that node.
CREATE TABLE redirects (
  from_id BLOB PRIMARY KEY, to_id BLOB NOT NULL, type_no INTEGER NOT NULL, profile_no INTEGER NOT NULL, first_node INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX redirects_by_target ON redirects (to_id);

CREATE TABLE edges (
  a INTEGER NOT NULL,
  b INTEGER NOT NULL,
  type_no INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  rule TEXT NOT NULL,
  score REAL NOT NULL,
  PRIMARY KEY (a, b, type_no, kind, rule)
) WITHOUT ROWID;
CREATE INDEX edges_by_larger ON edges (b);

CREATE TABLE identifiers (
  value TEXT NOT NULL, type TEXT NOT NULL, profile_no INTEGER NOT NULL, PRIMARY KEY (value, type, profile_no)
) WITHOUT ROWID;
CREATE INDEX identifiers_by_profile ON identifiers (profile_no);

-- Contentless: the words are found again in the profile. rowid is profile_no.
CREATE VIRTUAL TABLE profile_words USING fts5 (
  words, tokenize = 'unicode61 remove_diacritics 2', prefix = '2 3', content = '', contentless_delete = 1
);

-- Append only. kind: 1 merged into another, 2 removed, 3 a node moved from one profile to another.
CREATE TABLE profile_ledger (
  ledger_no INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  cause TEXT NOT NULL,
  kind INTEGER NOT NULL,
  profile_id BLOB,
  other_id BLOB,
  node_id INTEGER
);

CREATE TABLE profile_measures (profile_no INTEGER PRIMARY KEY, document BLOB NOT NULL);
CREATE TABLE business_measures (measure TEXT PRIMARY KEY, rows_json TEXT NOT NULL, as_of INTEGER NOT NULL) WITHOUT ROWID;

CREATE TABLE segments (segment_no INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL UNIQUE, size INTEGER NOT NULL);
CREATE TABLE segment_members (
  segment_no INTEGER NOT NULL, profile_no INTEGER NOT NULL, since INTEGER NOT NULL, PRIMARY KEY (segment_no, profile_no)
) WITHOUT ROWID;
CREATE INDEX segment_members_by_profile ON segment_members (profile_no);
CREATE TABLE segment_history (
  move_no INTEGER PRIMARY KEY AUTOINCREMENT,
  segment_no INTEGER NOT NULL,
  profile_id BLOB NOT NULL, -- The id and not the number: history outlives the profile.
  entered INTEGER NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX segment_history_by_segment ON segment_history (segment_no, move_no);

CREATE TABLE export_state (export TEXT PRIMARY KEY, last_generation INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE export_plans (
  export TEXT PRIMARY KEY,
  generation INTEGER NOT NULL,
  job_id TEXT NOT NULL,
  fields_json TEXT NOT NULL,
  batch_count INTEGER NOT NULL,
  next_batch INTEGER NOT NULL,
  member_count INTEGER NOT NULL,
  created_at INTEGER NOT NULL
) WITHOUT ROWID;
CREATE TABLE export_planned (
  planned_no INTEGER PRIMARY KEY,
  export TEXT NOT NULL,
  batch INTEGER NOT NULL,
  change INTEGER NOT NULL,
  profile_id BLOB NOT NULL,
  document BLOB NOT NULL
);
CREATE INDEX export_planned_by_batch ON export_planned (export, batch, planned_no);
CREATE TABLE export_refused (
  export TEXT NOT NULL, profile_id BLOB NOT NULL, retryable INTEGER NOT NULL, reason TEXT NOT NULL, PRIMARY KEY (export, profile_id)
) WITHOUT ROWID;
CREATE TABLE exported (
  export TEXT NOT NULL, profile_id BLOB NOT NULL, document BLOB NOT NULL, PRIMARY KEY (export, profile_id)
) WITHOUT ROWID;
CREATE TABLE export_runs (
  run_no INTEGER PRIMARY KEY AUTOINCREMENT,
  export TEXT NOT NULL,
  job_id TEXT NOT NULL,
  generation INTEGER NOT NULL,
  succeeded INTEGER NOT NULL,
  added INTEGER NOT NULL,
  changed INTEGER NOT NULL,
  removed INTEGER NOT NULL,
  refused INTEGER NOT NULL,
  summary TEXT NOT NULL,
  details_json TEXT NOT NULL,
  started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL
);
CREATE INDEX export_runs_by_export ON export_runs (export, run_no);

CREATE TABLE plugin_transitions (
  transition_no INTEGER PRIMARY KEY AUTOINCREMENT,
  plugin TEXT NOT NULL,
  version TEXT NOT NULL,
  from_state TEXT NOT NULL,
  to_state TEXT NOT NULL,
  reason TEXT NOT NULL,
  detail TEXT NOT NULL,
  actor TEXT NOT NULL,
  at INTEGER NOT NULL
);
CREATE INDEX plugin_transitions_by_plugin ON plugin_transitions (plugin, transition_no);
CREATE TABLE plugin_values (
  plugin TEXT NOT NULL,
  connection TEXT NOT NULL,
  key TEXT NOT NULL,
  version INTEGER NOT NULL,
  expires_at INTEGER,
  size INTEGER NOT NULL,
  value BLOB NOT NULL,
  PRIMARY KEY (plugin, connection, key)
) WITHOUT ROWID;
CREATE TABLE secrets (owner TEXT NOT NULL, name TEXT NOT NULL, ciphertext BLOB NOT NULL, PRIMARY KEY (owner, name)) WITHOUT ROWID;

CREATE TABLE feed (seq INTEGER PRIMARY KEY, kind INTEGER NOT NULL, id INTEGER NOT NULL);
CREATE TABLE feed_positions (consumer TEXT PRIMARY KEY, position INTEGER NOT NULL) WITHOUT ROWID;
