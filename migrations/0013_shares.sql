-- Links for people without an account: to fetch one file, and to hand files in. Keys stand in the links and never come here.

-- manifest: sealed under the link's key. proof: SHA-256 of what a visitor shows for the password, null without one; salt, memory
-- (KiB), passes, lanes: how the browser hashes it. wrong: wrong passwords from everywhere since the last rest.
CREATE TABLE shares (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  file TEXT NOT NULL REFERENCES files (id) ON DELETE CASCADE,
  manifest BYTEA NOT NULL,
  proof BYTEA,
  salt BYTEA,
  memory BIGINT,
  passes BIGINT,
  lanes BIGINT,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  downloads BIGINT,
  used BIGINT NOT NULL DEFAULT 0,
  wrong BIGINT NOT NULL DEFAULT 0,
  rests_until BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX shares_account ON shares (account);
CREATE INDEX shares_file ON shares (file);
CREATE INDEX shares_expiry ON shares (expires_at);

-- offer: title and public keys, sealed under the link's key. taken: files that were handed in and taken by now.
CREATE TABLE file_requests (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  offer BYTEA NOT NULL,
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL,
  files BIGINT NOT NULL,
  max_file_bytes BIGINT NOT NULL,
  taken BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX file_requests_account ON file_requests (account);
CREATE INDEX file_requests_expiry ON file_requests (expires_at);

-- A file on its way through a request. manifest: sealed to the request's keys, null until it was handed in.
CREATE TABLE file_request_uploads (
  file TEXT PRIMARY KEY REFERENCES files (id) ON DELETE CASCADE,
  request TEXT NOT NULL REFERENCES file_requests (id) ON DELETE CASCADE,
  size BIGINT NOT NULL,
  begun_at BIGINT NOT NULL,
  received_at BIGINT,
  manifest BYTEA
);
CREATE INDEX file_request_uploads_request ON file_request_uploads (request);

-- id: SHA-256 of the token. A visit is of a share or of a request, for one file.
CREATE TABLE file_visits (
  id TEXT PRIMARY KEY,
  file TEXT NOT NULL REFERENCES files (id) ON DELETE CASCADE,
  share TEXT REFERENCES shares (id) ON DELETE CASCADE,
  request TEXT REFERENCES file_requests (id) ON DELETE CASCADE,
  expires_at BIGINT NOT NULL
);
CREATE INDEX file_visits_file ON file_visits (file);
CREATE INDEX file_visits_share ON file_visits (share);
CREATE INDEX file_visits_request ON file_visits (request);
CREATE INDEX file_visits_expiry ON file_visits (expires_at);
