-- Activities that carry no key and are matched by attributes. key: a hash of the attributes' names and folded values. outcome: 0 nobody, 1 matched, 2 several people.
CREATE TABLE activity_matches (activity_no INTEGER PRIMARY KEY, key BLOB NOT NULL, outcome INTEGER NOT NULL DEFAULT 0);

-- Who else takes part in an activity, in which role; its owner is not among them unless named so.
CREATE TABLE activity_participants (activity_no INTEGER NOT NULL, role TEXT NOT NULL, node_id INTEGER NOT NULL, PRIMARY KEY (activity_no, role, node_id)) WITHOUT ROWID;
CREATE INDEX activity_participants_by_node ON activity_participants (node_id, activity_no);

-- Activities go in several ways, and these with them.
CREATE TRIGGER activity_gone AFTER DELETE ON activities BEGIN
  DELETE FROM activity_matches WHERE activity_no = old.activity_no;
  DELETE FROM activity_participants WHERE activity_no = old.activity_no;
END;
