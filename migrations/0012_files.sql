-- Files: sealed chunks under ids that devices choose. The bytes lie outside the database, under keys that the server makes; here
-- stand who may fetch them, and for how long.

-- size: of the file, as its device says. stored: of all its sealed chunks, what it counts for its owner from its beginning on.
-- is_private: 1 when it was begun without a conversation: it stays when it is in none. touched_at: of the latest chunk.
CREATE TABLE files (
  id TEXT PRIMARY KEY,
  owner TEXT NOT NULL REFERENCES accounts (id),
  size BIGINT NOT NULL,
  stored BIGINT NOT NULL,
  is_private BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  touched_at BIGINT NOT NULL,
  completed_at BIGINT,
  expires_at BIGINT
);

CREATE INDEX files_by_owner ON files (owner, created_at);
CREATE INDEX files_by_expiry ON files (expires_at) WHERE expires_at IS NOT NULL;
CREATE INDEX files_unfinished ON files (touched_at) WHERE completed_at IS NULL;

-- blob: where its bytes lie; a key is used once. sha256: of the sealed bytes, 32 bytes.
CREATE TABLE file_chunks (
  file TEXT NOT NULL REFERENCES files (id) ON DELETE CASCADE,
  n BIGINT NOT NULL,
  blob TEXT NOT NULL UNIQUE,
  size BIGINT NOT NULL,
  sha256 BYTEA NOT NULL,
  PRIMARY KEY (file, n)
);

-- Conversations whose members may fetch it. account: who put it there; several may have, each with a message of their own.
CREATE TABLE file_places (
  file TEXT NOT NULL REFERENCES files (id) ON DELETE CASCADE,
  conversation TEXT NOT NULL REFERENCES conversations (id) ON DELETE CASCADE,
  account TEXT NOT NULL REFERENCES accounts (id),
  created_at BIGINT NOT NULL,
  PRIMARY KEY (file, conversation, account)
);

CREATE INDEX file_places_by_conversation ON file_places (conversation);

-- What each account's files count, kept in step by the transactions that begin and remove files.
CREATE TABLE file_totals (
  account TEXT PRIMARY KEY REFERENCES accounts (id),
  bytes BIGINT NOT NULL,
  files BIGINT NOT NULL
);

-- What was done to files and links, in order; rows are only ever added. actor: an account, `visit:` and a link's id, or null for the
-- server itself. detail: JSON of ids and sizes. hash: of the row and the hash before it (services/audit.ts), 32 bytes.
CREATE TABLE audit (
  seq BIGINT PRIMARY KEY,
  at BIGINT NOT NULL,
  actor TEXT,
  action TEXT NOT NULL,
  subject TEXT NOT NULL,
  detail TEXT NOT NULL,
  previous BYTEA NOT NULL,
  hash BYTEA NOT NULL
);

CREATE INDEX audit_by_subject ON audit (subject, seq);
