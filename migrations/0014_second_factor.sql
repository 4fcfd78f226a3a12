-- Second factors, and when the holder of a session last showed who they are.

-- verified_at: epoch milliseconds; 0 for sessions from before.
ALTER TABLE sessions ADD COLUMN verified_at BIGINT NOT NULL DEFAULT 0;
