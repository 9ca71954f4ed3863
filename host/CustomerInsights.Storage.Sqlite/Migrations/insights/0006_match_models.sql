-- What the matcher of a profile type learnt last: bytes as docs/match-model.md draws them. No value is in them, but hashes of values are.
CREATE TABLE match_models (
  type_no INTEGER PRIMARY KEY,
  model BLOB NOT NULL,
  run TEXT NOT NULL,
  at INTEGER NOT NULL
);
