-- The transparency log: one leaf for every device list that was published, in the order in which they were.

-- hash: SHA-256(0x00 || leaf), the leaf of the tree. leaf: the record; signature: by the account's key. Rows are never
-- changed and never deleted: clients hold the server to that.
CREATE TABLE log_leaves (
  position BIGINT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id),
  version BIGINT NOT NULL,
  hash BYTEA NOT NULL,
  leaf BYTEA NOT NULL,
  signature BYTEA NOT NULL,
  UNIQUE (account, version)
);
