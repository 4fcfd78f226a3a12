-- What the audit log is looked through by.
CREATE INDEX audit_by_time ON audit (at);
CREATE INDEX audit_by_actor ON audit (actor, seq);
CREATE INDEX audit_by_action ON audit (action, seq);

-- When somebody's account was deleted, epoch milliseconds. The row stays, without anything but what the transparency log and rosters
-- say of it for ever: its id, username and public identity.
ALTER TABLE accounts ADD COLUMN deleted_at BIGINT;
-- When everything else of it was gone.
ALTER TABLE accounts ADD COLUMN erased_at BIGINT;
