-- What several nodes have to know of each other's work. Adds tables and nothing else: a release that does not know them goes on.

-- The oldest schema whose release works beside this one; null: none but its own.
ALTER TABLE migrations ADD COLUMN oldest BIGINT;

-- What is good once, or for a few tries, and over after minutes: challenges of passkey ceremonies, tickets of sign-ins.
CREATE TABLE good_once (
  -- SHA-256 of the secret.
  id BYTEA PRIMARY KEY,
  kind TEXT NOT NULL,
  value TEXT NOT NULL,
  tries BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
CREATE INDEX good_once_by_age ON good_once (kind, expires_at);

-- Wrong passwords and codes, and until when the next one waits.
CREATE TABLE wrong_guesses (
  -- Of what was guessed and from where, by a key of the workspace: names that were typed cannot be read from it.
  id BYTEA PRIMARY KEY,
  tries BIGINT NOT NULL,
  waits_until BIGINT NOT NULL,
  forgotten_at BIGINT NOT NULL
);
CREATE INDEX wrong_guesses_by_age ON wrong_guesses (forgotten_at);

-- Who does what only one node may do, and how it went the last time. Times are epoch milliseconds of the node that wrote them.
CREATE TABLE leases (
  name TEXT PRIMARY KEY,
  -- Random, of one process; empty while nobody holds it.
  holder TEXT NOT NULL,
  -- What the machine of the latest holder is called.
  node TEXT NOT NULL,
  held_until BIGINT NOT NULL,
  -- Nobody begins again before.
  rests_until BIGINT NOT NULL,
  ended_at BIGINT,
  succeeded_at BIGINT,
  -- Why the last run failed; null when it did not.
  error TEXT
);
