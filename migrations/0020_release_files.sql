-- The files that browsers load, of releases that were at work within a day: while nodes are exchanged, a page of one release asks
-- nodes of another for them. Adds a table and nothing else.
CREATE TABLE release_files (
  -- SHA-384 of the pack before compression.
  id BYTEA PRIMARY KEY,
  release TEXT NOT NULL,
  -- SHA-384 of its service worker, which is not in the pack: browsers ask for it by a name that says nothing of its bytes.
  worker BYTEA NOT NULL,
  -- Since when nodes of it have been at work without a break, epoch milliseconds.
  since BIGINT NOT NULL,
  -- When a node of it last said that it is there, epoch milliseconds.
  seen_at BIGINT NOT NULL,
  -- All of them (src/pack.ts), in gzip.
  pack BYTEA NOT NULL
);
CREATE INDEX release_files_by_age ON release_files (seen_at);
