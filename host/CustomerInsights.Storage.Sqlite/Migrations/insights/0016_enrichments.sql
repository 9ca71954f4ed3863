-- What enrichments answer, by generations. state: 0 in the making, 1 visible, 2 to be cleared. part: grows with every checkpoint; what is of a later part than the set's goes when a run is resumed.
CREATE TABLE enrichment_sets (
  set_no INTEGER PRIMARY KEY AUTOINCREMENT,
  enrichment TEXT NOT NULL,
  profile_type TEXT NOT NULL,
  job_id TEXT NOT NULL,
  state INTEGER NOT NULL,
  as_of INTEGER NOT NULL,
  part INTEGER NOT NULL DEFAULT 0,
  checkpoint BLOB,
  report TEXT
);
CREATE UNIQUE INDEX enrichment_sets_current ON enrichment_sets (enrichment, state) WHERE state < 2;

-- outcome: 0 enriched, 1 no match, 2 skipped, 3 failed and may work later, 4 failed. input: a hash of what the plugin was handed, for answers that stay good for a while.
CREATE TABLE enrichment_values (
  set_no INTEGER NOT NULL, profile_no INTEGER NOT NULL, part INTEGER NOT NULL, outcome INTEGER NOT NULL, at INTEGER NOT NULL, input BLOB, document BLOB,
  PRIMARY KEY (set_no, profile_no)
) WITHOUT ROWID;

-- period: the first day, as days since 0001-01-01.
CREATE TABLE enrichment_rows (
  set_no INTEGER NOT NULL, profile_no INTEGER NOT NULL, name TEXT NOT NULL, period INTEGER NOT NULL, part INTEGER NOT NULL, document BLOB NOT NULL,
  PRIMARY KEY (set_no, profile_no, name, period)
) WITHOUT ROWID;

CREATE TABLE enrichment_runs (
  run_no INTEGER PRIMARY KEY AUTOINCREMENT,
  enrichment TEXT NOT NULL,
  job_id TEXT NOT NULL,
  succeeded INTEGER NOT NULL,
  version TEXT NOT NULL,
  summary TEXT NOT NULL,
  counts TEXT NOT NULL,
  coverage TEXT NOT NULL,
  report TEXT,
  started_at INTEGER NOT NULL,
  ended_at INTEGER NOT NULL
);
CREATE INDEX enrichment_runs_by_name ON enrichment_runs (enrichment, run_no);

CREATE TABLE enrichment_descriptions (enrichment TEXT PRIMARY KEY, description TEXT NOT NULL) WITHOUT ROWID;
