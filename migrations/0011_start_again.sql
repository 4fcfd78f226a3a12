-- Links by which somebody who has lost every way in begins anew under the same account.

-- id: SHA-256 of the token in the link. One for each account: a new one takes the place of the one before. created_by is
-- null for the server's own command line. The row goes when the link is used or taken back.
CREATE TABLE start_again_links (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL UNIQUE REFERENCES accounts (id) ON DELETE CASCADE,
  created_by TEXT REFERENCES accounts (id),
  created_at BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);
