-- When an edge was told, by the event's own clock; null for others. Of several tellings the earliest.
ALTER TABLE edges ADD COLUMN at INTEGER;

-- 1: nothing is known of it but what its browsers are called.
ALTER TABLE profiles ADD COLUMN unknown INTEGER NOT NULL DEFAULT 0;

-- The edge that brought a merge about: a,b,kind,rule in JSON; null where that was not told.
ALTER TABLE ledger ADD COLUMN because TEXT;

-- What nodes of no profile are named by, so that whoever comes later with the same value finds them.
CREATE TABLE loose_identifiers (
  value TEXT NOT NULL, type TEXT NOT NULL, type_no INTEGER NOT NULL, node_id INTEGER NOT NULL, PRIMARY KEY (value, type, type_no, node_id)
) WITHOUT ROWID;
CREATE INDEX loose_identifiers_by_node ON loose_identifiers (node_id);

-- Identifiers that join nobody. cause: 0 a limit, 1 what is held apart, 2 a blocked value.
CREATE TABLE demotions (
  type_no INTEGER NOT NULL,
  type TEXT NOT NULL,
  value TEXT NOT NULL,
  cause INTEGER NOT NULL,
  limit_type TEXT,
  limit_most INTEGER,
  limit_found INTEGER,
  at INTEGER NOT NULL,
  PRIMARY KEY (type_no, type, value)
) WITHOUT ROWID;
