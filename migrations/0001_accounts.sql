-- Accounts, how people sign in, their sealed vaults, sessions, and who may join.

-- One-off values: workspace_name, server_secret, setup_token (a hash, until an owner exists).
CREATE TABLE settings (
  key TEXT PRIMARY KEY,
  value BYTEA NOT NULL
);

CREATE TABLE accounts (
  id TEXT PRIMARY KEY,
  username TEXT NOT NULL UNIQUE,
  name TEXT NOT NULL,
  role TEXT NOT NULL,
  aik BYTEA NOT NULL,
  disabled BIGINT NOT NULL DEFAULT 0,
  created_at BIGINT NOT NULL
);

-- secret_hash: Argon2id over the login secret that the browser derived; the password never arrives.
CREATE TABLE passwords (
  account TEXT PRIMARY KEY REFERENCES accounts (id),
  salt BYTEA NOT NULL,
  memory BIGINT NOT NULL,
  passes BIGINT NOT NULL,
  lanes BIGINT NOT NULL,
  secret_hash TEXT NOT NULL
);

-- secret_hash: SHA-256, enough for a secret that comes from 160 random bits.
CREATE TABLE recovery_codes (
  account TEXT PRIMARY KEY REFERENCES accounts (id),
  secret_hash BYTEA NOT NULL
);

CREATE TABLE passkeys (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id),
  public_key BYTEA NOT NULL,
  counter BIGINT NOT NULL,
  transports TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL
);

CREATE INDEX passkeys_by_account ON passkeys (account);

CREATE TABLE vaults (
  account TEXT PRIMARY KEY REFERENCES accounts (id),
  version BIGINT NOT NULL,
  sealed BYTEA NOT NULL
);

CREATE TABLE vault_slots (
  account TEXT NOT NULL REFERENCES vaults (account),
  kind TEXT NOT NULL,
  id TEXT NOT NULL,
  record BYTEA NOT NULL,
  PRIMARY KEY (account, kind, id)
);

-- id: SHA-256 of the cookie's value.
CREATE TABLE sessions (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id),
  device TEXT,
  challenge BYTEA NOT NULL,
  address TEXT NOT NULL,
  agent TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_used_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE INDEX sessions_by_account ON sessions (account);
CREATE INDEX sessions_by_device ON sessions (device);
CREATE INDEX sessions_by_expiry ON sessions (expires_at);

-- id: SHA-256 of the token in the link. created_by is null for the server's own command line.
CREATE TABLE invites (
  id TEXT PRIMARY KEY,
  role TEXT NOT NULL,
  uses_left BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  created_by TEXT REFERENCES accounts (id),
  created_at BIGINT NOT NULL
);
