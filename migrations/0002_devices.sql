-- Devices, the signed lists that name them, and their prekeys.

-- A revoked device keeps its row, because an id is never used again; its certificate is emptied.
CREATE TABLE devices (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id),
  certificate BYTEA NOT NULL,
  certificate_hash BYTEA NOT NULL,
  expires_at BIGINT NOT NULL,
  created_at BIGINT NOT NULL,
  revoked_at BIGINT
);

CREATE INDEX devices_by_account ON devices (account);

-- hash: of the list without its signatures; the next version names it.
CREATE TABLE device_lists (
  account TEXT PRIMARY KEY REFERENCES accounts (id),
  version BIGINT NOT NULL,
  vault_version BIGINT NOT NULL,
  hash BYTEA NOT NULL,
  signed BYTEA NOT NULL
);

-- prekey_created_at is the device's own clock, as the statement says. highest_one_time: one-time ids only grow, so that
-- a key handed out never comes back.
CREATE TABLE signed_prekeys (
  device TEXT PRIMARY KEY REFERENCES devices (id),
  id BIGINT NOT NULL,
  statement BYTEA NOT NULL,
  prekey_created_at BIGINT NOT NULL,
  highest_one_time BIGINT NOT NULL DEFAULT -1
);

CREATE TABLE prekey_batches (
  device TEXT NOT NULL REFERENCES devices (id),
  batch TEXT NOT NULL,
  root BYTEA NOT NULL,
  size BIGINT NOT NULL,
  PRIMARY KEY (device, batch)
);

-- path: sibling hashes from the leaf up, 32 bytes each, one after another.
CREATE TABLE one_time_prekeys (
  device TEXT NOT NULL,
  id BIGINT NOT NULL,
  batch TEXT NOT NULL,
  position BIGINT NOT NULL,
  leaf BYTEA NOT NULL,
  path BYTEA NOT NULL,
  PRIMARY KEY (device, id),
  FOREIGN KEY (device, batch) REFERENCES prekey_batches (device, batch)
);

-- day: days since 1970, UTC.
CREATE TABLE prekey_claims (
  device TEXT NOT NULL,
  requester TEXT NOT NULL,
  day BIGINT NOT NULL,
  count BIGINT NOT NULL,
  PRIMARY KEY (device, day, requester)
);

CREATE INDEX prekey_claims_by_day ON prekey_claims (day);
