-- Who became who. A change of nodes stands in exactly one entry, so that the entries replayed from empty give node_profile.
-- parts: see LedgerParts.cs. kind: see LedgerKind. One entry tells of all profiles that one transaction created.
-- profile_ledger stays as earlier releases wrote it; nothing is added to it.
CREATE TABLE ledger (
  entry INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL,
  type_no INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  cause_kind INTEGER NOT NULL,
  cause TEXT NOT NULL,
  principal TEXT,
  profile_id BLOB,
  other_id BLOB,
  parts BLOB NOT NULL
);
CREATE INDEX ledger_by_cause ON ledger (cause, entry);

-- For all kinds but created, which a living profile's row names; it comes here when the profile goes.
CREATE TABLE ledger_profiles (profile_id BLOB NOT NULL, entry INTEGER NOT NULL, PRIMARY KEY (profile_id, entry)) WITHOUT ROWID;
ALTER TABLE profiles ADD COLUMN created_entry INTEGER;

-- verdict_revision grows with each verdict, revision with each change: who read before it may not write what it made of that.
ALTER TABLE profile_types ADD COLUMN revision INTEGER NOT NULL DEFAULT 0;
ALTER TABLE profile_types ADD COLUMN verdict_revision INTEGER NOT NULL DEFAULT 0;

-- kind: 0 same, 1 different, 2 an undone merge. Its edges stand in edges under the rule 'verdict:<id>'; pairs tells which.
CREATE TABLE verdicts (
  verdict_no INTEGER PRIMARY KEY AUTOINCREMENT,
  verdict_id TEXT NOT NULL UNIQUE,
  type_no INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  left_node INTEGER NOT NULL,
  right_node INTEGER NOT NULL,
  note TEXT,
  entry INTEGER,
  at INTEGER NOT NULL,
  principal TEXT NOT NULL,
  undone_at INTEGER,
  undone_by TEXT
);
CREATE UNIQUE INDEX verdicts_by_entry ON verdicts (entry) WHERE entry IS NOT NULL AND undone_at IS NULL;
CREATE TABLE verdict_pairs (verdict_no INTEGER NOT NULL, a INTEGER NOT NULL, b INTEGER NOT NULL, PRIMARY KEY (verdict_no, a, b)) WITHOUT ROWID;

-- kind: 0 a pair, 1 a cluster. nodes: ascending, with commas; names the item. An answered item keeps its row, so that it does not come back.
CREATE TABLE review_items (
  item INTEGER PRIMARY KEY AUTOINCREMENT,
  type_no INTEGER NOT NULL,
  kind INTEGER NOT NULL,
  nodes TEXT NOT NULL,
  worth REAL NOT NULL,
  bits REAL NOT NULL,
  sentence TEXT NOT NULL,
  detail TEXT,
  run TEXT NOT NULL,
  at INTEGER NOT NULL,
  verdict_id TEXT,
  UNIQUE (type_no, kind, nodes)
);
CREATE INDEX review_items_by_worth ON review_items (type_no, worth DESC, item) WHERE verdict_id IS NULL;
CREATE INDEX review_items_by_verdict ON review_items (verdict_id) WHERE verdict_id IS NOT NULL;
