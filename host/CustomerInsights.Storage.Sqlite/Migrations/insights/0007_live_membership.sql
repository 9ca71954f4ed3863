-- An activity's row of the feed names its type, so that only rules that look at the type are evaluated; null for other kinds and for rows of before.
ALTER TABLE feed ADD COLUMN type_no INTEGER;

-- Moves in and out of segments are numbered by a counter of ours (8), so that those who follow them can be woken after the commit.
INSERT INTO counters(counter, value) SELECT 8, COALESCE(MAX(seq), 0) FROM sqlite_sequence WHERE name = 'segment_history';
