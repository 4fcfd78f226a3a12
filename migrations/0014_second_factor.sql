-- Second factors, what is known of the places that people sign in from, and when the holder of a session last showed who they are.

-- verified_at: epoch milliseconds; 0 for sessions from before.
ALTER TABLE sessions ADD COLUMN verified_at BIGINT NOT NULL DEFAULT 0;
-- strong: 1 when a passkey, a second factor or a device of the person's was shown in it.
ALTER TABLE sessions ADD COLUMN strong BIGINT NOT NULL DEFAULT 0;

-- What its person calls it.
ALTER TABLE passkeys ADD COLUMN name TEXT NOT NULL DEFAULT '';

-- secret: 20 bytes that the authenticator app has too (RFC 6238). confirmed_at: 0 until a code has shown that it has them.
-- last_step: the newest step of 30 seconds whose code was used; none before it is taken any more.
CREATE TABLE second_factors (
  account TEXT PRIMARY KEY REFERENCES accounts (id),
  secret BYTEA NOT NULL,
  confirmed_at BIGINT NOT NULL,
  last_step BIGINT NOT NULL
);

-- hash: SHA-256 of a code that is good once; its row goes with its use.
CREATE TABLE backup_codes (
  account TEXT NOT NULL REFERENCES accounts (id),
  hash BYTEA NOT NULL,
  PRIMARY KEY (account, hash)
);

-- Where somebody has signed in from before. kind: network, or browser (mark is then the SHA-256 of a cookie, hexadecimal).
CREATE TABLE known_places (
  account TEXT NOT NULL REFERENCES accounts (id),
  kind TEXT NOT NULL,
  mark TEXT NOT NULL,
  last_seen_at BIGINT NOT NULL,
  PRIMARY KEY (account, kind, mark)
);

-- Sign-ins from a new browser in a new network, until their person has said something to them. session: while it lasts.
CREATE TABLE new_places (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id),
  session TEXT NOT NULL,
  agent TEXT NOT NULL,
  address TEXT NOT NULL,
  network TEXT NOT NULL,
  browser TEXT NOT NULL,
  at BIGINT NOT NULL
);

CREATE INDEX new_places_by_account ON new_places (account);
