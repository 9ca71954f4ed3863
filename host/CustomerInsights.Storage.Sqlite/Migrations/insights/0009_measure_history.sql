-- What measures came to over time: sets of rows of business measures (business = 1), distributions of those per profile (0). Thinned.
CREATE TABLE measure_history (measure TEXT NOT NULL, business INTEGER NOT NULL, at INTEGER NOT NULL, json TEXT NOT NULL, PRIMARY KEY (measure, business, at));
INSERT INTO measure_history(measure, business, at, json) SELECT measure, 1, as_of, rows_json FROM business_measures WHERE LENGTH(rows_json) <= 262144;

-- By what definition a measure was last computed; one that is not here is computed anew.
CREATE TABLE measure_states (measure TEXT PRIMARY KEY, fingerprint TEXT NOT NULL) WITHOUT ROWID;
