-- Where a device wants to be woken through its browser's push service. Bound to the session: it ends with it.
CREATE TABLE push_subscriptions (
  session TEXT PRIMARY KEY REFERENCES sessions (id) ON DELETE CASCADE,
  device TEXT NOT NULL,
  endpoint TEXT NOT NULL,
  p256dh BYTEA NOT NULL,
  auth BYTEA NOT NULL,
  created_at BIGINT NOT NULL
);

CREATE INDEX push_subscriptions_by_device ON push_subscriptions (device);
