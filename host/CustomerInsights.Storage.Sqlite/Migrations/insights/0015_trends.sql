-- Figures of a day (days since 0001-01-01, UTC). What is null was not measured: such a day was filled in later from the ledger.
-- channels: reachable by channel, in JSON. settings: those of consent that counted, in JSON.
CREATE TABLE trend_profiles (
  profile_type TEXT NOT NULL,
  day INTEGER NOT NULL,
  total INTEGER NOT NULL,
  known INTEGER,
  reachable INTEGER,
  channels TEXT,
  settings TEXT,
  at INTEGER NOT NULL,
  PRIMARY KEY (profile_type, day)
) WITHOUT ROWID;

-- Who was active from the first of the month through the day. final: its month is closed. backfilled: first counted when its month was over.
CREATE TABLE trend_active (
  day INTEGER PRIMARY KEY, known INTEGER NOT NULL, anonymous INTEGER NOT NULL, final INTEGER NOT NULL, backfilled INTEGER NOT NULL, at INTEGER NOT NULL
);
