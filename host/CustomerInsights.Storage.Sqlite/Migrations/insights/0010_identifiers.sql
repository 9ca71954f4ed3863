-- What is known of identifiers, whoever holds them. status: 0 unknown, 1 true, 2 false. A time that is NULL: nobody said anything.
CREATE TABLE identifier_states (
  value TEXT NOT NULL,
  type TEXT NOT NULL,
  consent INTEGER NOT NULL DEFAULT 0,
  consent_at INTEGER,
  consent_source TEXT,
  consent_reason TEXT,
  deliverable INTEGER NOT NULL DEFAULT 1,
  update_type TEXT,
  deliverable_reason TEXT,
  deliverable_at INTEGER,
  last_seen INTEGER,
  seen_by TEXT,
  opted_out INTEGER NOT NULL DEFAULT 0,
  opted_out_at INTEGER,
  PRIMARY KEY (value, type)
) WITHOUT ROWID;

-- Append only. aspect: 1 consent, 2 deliverability, 3 opt-out, 4 list.
CREATE TABLE identifier_history (
  history_no INTEGER PRIMARY KEY AUTOINCREMENT,
  value TEXT NOT NULL,
  type TEXT NOT NULL,
  aspect INTEGER NOT NULL,
  status INTEGER NOT NULL,
  at INTEGER NOT NULL,
  source TEXT,
  reason TEXT,
  update_type TEXT,
  list TEXT,
  recorded_at INTEGER NOT NULL,
  applied INTEGER NOT NULL
);
CREATE INDEX identifier_history_by_identifier ON identifier_history (value, type, history_no);

CREATE TABLE subscription_lists (name TEXT PRIMARY KEY, display_name TEXT, description TEXT, created_at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE subscriptions (
  list TEXT NOT NULL,
  value TEXT NOT NULL,
  type TEXT NOT NULL,
  status INTEGER NOT NULL,
  at INTEGER NOT NULL,
  source TEXT,
  PRIMARY KEY (value, type, list)
) WITHOUT ROWID;
CREATE INDEX subscriptions_by_list ON subscriptions (list, status);
