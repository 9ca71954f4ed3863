-- Who read whom. A database of its own: a read waits for this row to be durable, and must not wait for loads of data.
CREATE TABLE reads (
  read_no INTEGER PRIMARY KEY AUTOINCREMENT,
  at INTEGER NOT NULL, -- UTC ticks of 100 ns
  principal TEXT NOT NULL,
  route TEXT NOT NULL,
  profile_id BLOB,
  count INTEGER,
  query_hash TEXT
);
CREATE INDEX reads_by_profile ON reads (profile_id, read_no) WHERE profile_id IS NOT NULL;
CREATE INDEX reads_by_principal ON reads (principal, read_no);

CREATE TABLE counters (counter INTEGER PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
