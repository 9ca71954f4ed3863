-- The size of a segment after it changed: the last one of a minute; thinned to one an hour, then one a day.
CREATE TABLE segment_sizes (
  segment_no INTEGER NOT NULL, minute INTEGER NOT NULL, at INTEGER NOT NULL, size INTEGER NOT NULL, PRIMARY KEY (segment_no, minute)
) WITHOUT ROWID;
INSERT INTO segment_sizes(segment_no, minute, at, size)
SELECT s.segment_no, MAX(h.at) / 600000000, MAX(h.at), s.size FROM segments s JOIN segment_history h ON h.segment_no = s.segment_no GROUP BY s.segment_no;

-- Who is on the list of a static segment. By id and not by number: one that is merged away stays on it as the profile that it became.
CREATE TABLE segment_lists (segment_no INTEGER NOT NULL, profile_id BLOB NOT NULL, PRIMARY KEY (segment_no, profile_id)) WITHOUT ROWID;

-- When a list was taken, when a segment was last computed out of turn, and when somebody last looked at it.
CREATE TABLE segment_times (segment_no INTEGER PRIMARY KEY, listed_at INTEGER, computed_at INTEGER, used_at INTEGER);
