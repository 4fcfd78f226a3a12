-- Encrypted backups of histories: what the server keeps of them is sealed, and it learns sizes and times.

-- version: grows by one with each manifest, so that of two devices the second sees that it is late. manifest: sealed, null
-- when there is none. is_off: 1 after a device has turned it off. bytes: of the account's segments, all together.
CREATE TABLE backups (
  account TEXT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  version BIGINT NOT NULL,
  manifest BYTEA,
  is_off BIGINT NOT NULL DEFAULT 0,
  bytes BIGINT NOT NULL DEFAULT 0,
  stored_at BIGINT NOT NULL
);

-- id: 16 random bytes in hexadecimal. size: bytes of sealed, so that adding up reads no segment.
CREATE TABLE backup_segments (
  account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  id TEXT NOT NULL,
  size BIGINT NOT NULL,
  stored_at BIGINT NOT NULL,
  sealed BYTEA NOT NULL,
  PRIMARY KEY (account, id)
);
