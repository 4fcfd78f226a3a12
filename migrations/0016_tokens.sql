-- Tokens for programs, by the SHA-256 of what a program holds (64 hex characters). Scopes are words with spaces between them.
CREATE TABLE tokens (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  device TEXT NOT NULL REFERENCES devices (id) ON DELETE CASCADE,
  name TEXT NOT NULL,
  scopes TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  last_used_at BIGINT
);

CREATE INDEX tokens_by_account ON tokens (account);

-- Bytes of the largest envelope of a message: what waits for one sender's messages is bounded.
ALTER TABLE bodies ADD COLUMN envelope_bytes BIGINT NOT NULL DEFAULT 0;
