-- The unification policy that runs go by. The definition of the same name is what was saved last; it becomes active when its preview was computed.
CREATE TABLE active_policies (
  profile_type TEXT PRIMARY KEY,
  document TEXT NOT NULL,
  preview_id TEXT,
  at INTEGER NOT NULL,
  principal TEXT NOT NULL
) WITHOUT ROWID;

-- Until now the policy that was saved last was in force.
INSERT INTO active_policies(profile_type, document, preview_id, at, principal)
SELECT name, document, NULL, changed_at, changed_by FROM definitions WHERE kind = 'unification' AND document IS NOT NULL;

-- What a policy would do, as computed by a job of the same id. Rows of people's data are named by node, not copied.
CREATE TABLE policy_previews (
  preview_no INTEGER PRIMARY KEY AUTOINCREMENT,
  preview_id TEXT NOT NULL UNIQUE,
  profile_type TEXT NOT NULL,
  hash TEXT NOT NULL,
  document TEXT NOT NULL,
  result TEXT NOT NULL,
  at INTEGER NOT NULL,
  principal TEXT NOT NULL
);
CREATE INDEX policy_previews_by_type ON policy_previews (profile_type, preview_no);
CREATE TABLE preview_labels (
  preview_no INTEGER NOT NULL,
  left_node INTEGER NOT NULL,
  right_node INTEGER NOT NULL,
  same INTEGER NOT NULL,
  at INTEGER NOT NULL,
  principal TEXT NOT NULL,
  PRIMARY KEY (preview_no, left_node, right_node)
) WITHOUT ROWID;
