-- What became of each event, and with it which message ids a source has had. fate_no is the event's position in the log.
-- stream_no: the stream source.events.
CREATE TABLE event_fates (
  fate_no INTEGER PRIMARY KEY,
  stream_no INTEGER NOT NULL,
  received_at INTEGER NOT NULL,
  projected_at INTEGER NOT NULL,
  duplicates INTEGER NOT NULL DEFAULT 0,
  node_id INTEGER,
  activity_no INTEGER,
  kind TEXT NOT NULL,
  message_id TEXT NOT NULL,
  refused TEXT,
  rule TEXT,
  note TEXT
);
CREATE UNIQUE INDEX event_fates_by_message ON event_fates (message_id, stream_no);
CREATE INDEX event_fates_told ON event_fates (stream_no, fate_no) WHERE refused IS NOT NULL OR rule IS NOT NULL;

-- When an identity was last told of, and for its traits when each was given: the newer one stands, in whatever order events come.
CREATE TABLE event_identities (node_id INTEGER PRIMARY KEY, last_seen INTEGER NOT NULL, trait_times TEXT);
CREATE INDEX event_identities_by_time ON event_identities (last_seen);

CREATE TABLE event_position (only INTEGER PRIMARY KEY CHECK (only = 1), position INTEGER NOT NULL);
