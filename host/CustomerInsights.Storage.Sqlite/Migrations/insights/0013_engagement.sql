-- Where points of an engagement score stand among everybody's, as of the last run: a single profile is scored by it until the next.
CREATE TABLE engagement_ranks (measure TEXT PRIMARY KEY, json TEXT NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
