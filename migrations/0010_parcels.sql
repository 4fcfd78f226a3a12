-- History on its way from one device to another, sealed. Rows live until the recipient has them, seven days at most.

-- account, device: who gives it. recipient: the device that may fetch it. bytes: of its parts, all together.
CREATE TABLE parcels (
  id TEXT PRIMARY KEY,
  account TEXT NOT NULL REFERENCES accounts (id) ON DELETE CASCADE,
  device TEXT NOT NULL,
  recipient TEXT NOT NULL,
  bytes BIGINT NOT NULL,
  expires_at BIGINT NOT NULL
);

CREATE INDEX parcels_by_account ON parcels (account);
CREATE INDEX parcels_by_expiry ON parcels (expires_at);

CREATE TABLE parcel_parts (
  parcel TEXT NOT NULL REFERENCES parcels (id) ON DELETE CASCADE,
  n BIGINT NOT NULL,
  size BIGINT NOT NULL,
  sealed BYTEA NOT NULL,
  PRIMARY KEY (parcel, n)
);
