-- Groups: who is in them, as a chain of signed events that every client verifies for itself.

-- epoch: of the newest roster event; 0 for direct conversations. is_open: 1 when anybody of the workspace may come in.
-- title: what an open one is called, which the server may know; of all others the names are sealed.
ALTER TABLE conversations ADD COLUMN epoch BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN is_open BIGINT NOT NULL DEFAULT 0;
ALTER TABLE conversations ADD COLUMN title TEXT NOT NULL DEFAULT '';

CREATE INDEX conversations_open ON conversations (id) WHERE is_open = 1;

-- identity: hash of the account key that the roster names, 32 bytes; null in direct conversations. role: as in the
-- roster, 0 in direct conversations.
ALTER TABLE members ADD COLUMN identity BYTEA;
ALTER TABLE members ADD COLUMN role BIGINT NOT NULL DEFAULT 0;

-- Who was a member and is none: epoch of the event that ended it, as far as they may read.
CREATE TABLE former_members (
  conversation TEXT NOT NULL REFERENCES conversations (id),
  account TEXT NOT NULL REFERENCES accounts (id),
  epoch BIGINT NOT NULL,
  PRIMARY KEY (conversation, account)
);

-- What events are verified with, kept when devices are renewed or go. hash: of the certificate without its signatures.
CREATE TABLE roster_certificates (
  hash BYTEA PRIMARY KEY,
  certificate BYTEA NOT NULL,
  aik BYTEA NOT NULL
);

-- hash: of the event without its signature; the one at epoch 0 is the conversation's id. certificate: of the device that
-- signed. One event for each place: of two that follow the same one, the second does not get in.
CREATE TABLE roster_events (
  conversation TEXT NOT NULL REFERENCES conversations (id),
  epoch BIGINT NOT NULL,
  hash BYTEA NOT NULL,
  certificate BYTEA NOT NULL REFERENCES roster_certificates (hash),
  event BYTEA NOT NULL,
  PRIMARY KEY (conversation, epoch)
);
