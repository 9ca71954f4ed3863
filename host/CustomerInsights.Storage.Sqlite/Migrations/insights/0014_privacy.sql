-- kind: 0 export, 1 erase, 2 anonymise. What names a person (requester, reason, identifiers, privacy_keys) goes when an erasure is done.
CREATE TABLE privacy_requests (
  request_no INTEGER PRIMARY KEY AUTOINCREMENT,
  request_id TEXT NOT NULL UNIQUE,
  kind INTEGER NOT NULL,
  law TEXT NOT NULL,
  requester TEXT,
  reason TEXT,
  created_by TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  job_id TEXT NOT NULL,
  done_at INTEGER,
  receipt TEXT,
  signature TEXT,
  expires_at INTEGER
);
CREATE TABLE privacy_subjects (
  request_no INTEGER NOT NULL,
  subject_no INTEGER NOT NULL,
  profile_id BLOB,
  identifiers TEXT NOT NULL,
  prepared INTEGER NOT NULL DEFAULT 0,
  done INTEGER NOT NULL DEFAULT 0,
  counts TEXT NOT NULL DEFAULT '{}',
  PRIMARY KEY (request_no, subject_no)
) WITHOUT ROWID;
CREATE INDEX privacy_subjects_by_profile ON privacy_subjects (profile_id) WHERE profile_id IS NOT NULL;

-- The records that a person has when a request begins: what comes under such a key meanwhile is found by it.
CREATE TABLE privacy_keys (
  request_no INTEGER NOT NULL, subject_no INTEGER NOT NULL, stream_no INTEGER NOT NULL, key TEXT NOT NULL, PRIMARY KEY (request_no, subject_no, stream_no, key)
) WITHOUT ROWID;
CREATE TABLE privacy_exports (request_no INTEGER NOT NULL, export TEXT NOT NULL, PRIMARY KEY (request_no, export)) WITHOUT ROWID;

-- Keyed hashes of what must not come in again, and how often a day it tried to.
CREATE TABLE privacy_blocks (hash BLOB PRIMARY KEY, request_no INTEGER NOT NULL, at INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE privacy_blocked (day INTEGER NOT NULL, what TEXT NOT NULL, count INTEGER NOT NULL, PRIMARY KEY (day, what)) WITHOUT ROWID;
CREATE TABLE privacy_secrets (name TEXT PRIMARY KEY, ciphertext BLOB NOT NULL) WITHOUT ROWID;
