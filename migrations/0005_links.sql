-- Requests of places that want to become a device. Rows live for minutes.

-- finder: the first characters of the code, by which an existing device finds the request. token: SHA-256 of what the
-- place polls with. account, certificate_hash and answer are the approval; it is good for that certificate alone.
CREATE TABLE links (
  hash TEXT PRIMARY KEY,
  finder TEXT NOT NULL UNIQUE,
  token TEXT NOT NULL UNIQUE,
  request BYTEA NOT NULL,
  state TEXT NOT NULL,
  account TEXT REFERENCES accounts (id),
  certificate_hash BYTEA,
  answer BYTEA,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE INDEX links_by_expiry ON links (expires_at);
