-- Who wants to be seen, and when they last were. One row a person, written when they come and go, never for each sign of life.
CREATE TABLE presence (
  account TEXT PRIMARY KEY REFERENCES accounts (id),
  shown BIGINT NOT NULL DEFAULT 1,
  last_seen BIGINT NOT NULL DEFAULT 0
);
