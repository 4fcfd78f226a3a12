-- Addresses of people, and mail that waits to go out.

-- code: HMAC of the digits that prove the address, null once it is verified; tries: of them. digest: 1 when waiting messages are
-- told. language: of the mail. digested_at: when that was told last. problem: what the mail server refuses the address with.
CREATE TABLE mail_addresses (
  account TEXT PRIMARY KEY REFERENCES accounts (id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  language TEXT NOT NULL,
  verified_at BIGINT,
  code BYTEA,
  code_expires_at BIGINT NOT NULL DEFAULT 0,
  tries BIGINT NOT NULL DEFAULT 0,
  digest BIGINT NOT NULL DEFAULT 1,
  digested_at BIGINT NOT NULL DEFAULT 0,
  problem TEXT NOT NULL DEFAULT ''
);

-- letter: JSON of what is to be said; it is put into words when it goes out. A row goes when the mail server has taken it.
CREATE TABLE mail_outbox (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  address TEXT NOT NULL,
  language TEXT NOT NULL,
  letter TEXT NOT NULL,
  created_at BIGINT NOT NULL,
  attempts BIGINT NOT NULL DEFAULT 0,
  next_at BIGINT NOT NULL
);

CREATE INDEX mail_outbox_by_time ON mail_outbox (next_at);
CREATE INDEX mail_outbox_by_account ON mail_outbox (account);
