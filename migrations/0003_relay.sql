-- Conversations, and what the relay keeps of messages until they are delivered.

-- kind: direct. The id of a direct conversation is implied by its two members.
CREATE TABLE conversations (
  id TEXT PRIMARY KEY,
  kind TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  last_activity BIGINT NOT NULL
);

CREATE TABLE members (
  conversation TEXT NOT NULL REFERENCES conversations (id),
  account TEXT NOT NULL REFERENCES accounts (id),
  PRIMARY KEY (conversation, account)
);

CREATE INDEX members_by_account ON members (account);

-- The highest message number so far. Numbers only grow, also over restarts and when everything was delivered; they
-- follow the clock (microseconds), so that they tell a reader nothing of how much others write.
CREATE TABLE message_numbers (
  only_row BIGINT PRIMARY KEY,
  highest BIGINT NOT NULL
);

INSERT INTO message_numbers (only_row, highest) VALUES (1, 0);

-- One row for each post, written once. It outlives the body, so that a repeated post is not a second message and the
-- sender can ask what became of it; it does not say which conversation it was. number is also the `seq` of the message's
-- envelopes. account: the sender. post_hash: SHA-256 of the whole post. recipients and expired: device ids one after
-- another, 32 characters each; a recipient that neither expired nor waits any more has acknowledged.
-- No foreign keys from here on: each would cost every message a look-up, and the relay has just checked.
CREATE TABLE messages (
  number BIGINT PRIMARY KEY,
  id TEXT NOT NULL UNIQUE,
  account TEXT NOT NULL,
  post_hash BYTEA NOT NULL,
  accepted_at BIGINT NOT NULL,
  recipients TEXT NOT NULL,
  expired TEXT NOT NULL DEFAULT ''
);

-- What waits: deleted with the last of its envelopes. account and device: the sender. waiting: envelopes left.
CREATE TABLE bodies (
  number BIGINT PRIMARY KEY,
  id TEXT NOT NULL,
  account TEXT NOT NULL,
  device TEXT NOT NULL,
  accepted_at BIGINT NOT NULL,
  waiting BIGINT NOT NULL,
  body BYTEA NOT NULL
);

-- One index and no more: every message writes it twice.
CREATE TABLE envelopes (
  device TEXT NOT NULL,
  number BIGINT NOT NULL,
  attempts BIGINT NOT NULL,
  envelope BYTEA NOT NULL,
  PRIMARY KEY (device, number)
);
