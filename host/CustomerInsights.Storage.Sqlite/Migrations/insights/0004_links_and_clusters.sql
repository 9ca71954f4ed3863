-- What a record points at: a contact's account (kind 0), an account's parent (kind 1). Both ends are nodes, so that a merge or split of
-- either profile rewrites nothing here. rank: which of a profile's records decides; the smallest does.
CREATE TABLE node_links (
  kind INTEGER NOT NULL,
  from_node INTEGER NOT NULL,
  to_node INTEGER NOT NULL,
  rank INTEGER NOT NULL,
  type_no INTEGER NOT NULL,
  PRIMARY KEY (kind, from_node)
) WITHOUT ROWID;
CREATE INDEX node_links_by_target ON node_links (kind, to_node, from_node);

-- Clusters of profiles of their own kind (households): like profiles they have a number that grows, an id and a first node.
CREATE TABLE clusters (
  cluster_no INTEGER PRIMARY KEY AUTOINCREMENT,
  cluster_id BLOB NOT NULL UNIQUE,
  type_no INTEGER NOT NULL,
  name TEXT NOT NULL,
  first_node INTEGER NOT NULL,
  created_at INTEGER NOT NULL
);
CREATE INDEX clusters_by_name ON clusters (type_no, name, cluster_no);
CREATE TABLE cluster_nodes (
  cluster_no INTEGER NOT NULL,
  node_id INTEGER NOT NULL,
  PRIMARY KEY (cluster_no, node_id)
) WITHOUT ROWID;
CREATE INDEX cluster_nodes_by_node ON cluster_nodes (node_id, cluster_no);
CREATE TABLE cluster_redirects (
  from_id BLOB PRIMARY KEY,
  to_id BLOB NOT NULL,
  type_no INTEGER NOT NULL,
  name TEXT NOT NULL,
  cluster_no INTEGER NOT NULL,
  first_node INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX cluster_redirects_by_name ON cluster_redirects (type_no, name, cluster_no);
