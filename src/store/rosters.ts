/** Groups: their signed roster events, what these are verified with, and who is in them by the newest one. */
import type { AccountId, ConversationId, DeviceId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';

export interface RosterEventRow {
  readonly conversation: ConversationId;
  /** Counts events from 0. */
  readonly epoch: number;
  /** 32 bytes, over the event without its signature. */
  readonly hash: Uint8Array;
  /** Hash of the signing device's certificate, 32 bytes. */
  readonly certificate: Uint8Array;
  /** The signed event. */
  readonly event: Uint8Array;
}

export interface RosterCertificateRow {
  /** 32 bytes, over the certificate without its signatures. */
  readonly hash: Uint8Array;
  /** Signed certificate. */
  readonly certificate: Uint8Array;
  /** 1,984 bytes. */
  readonly aik: Uint8Array;
}

export interface GroupMemberRow {
  readonly account: AccountId;
  /** Hash of the account key that the roster names, 32 bytes. */
  readonly identity: Uint8Array;
  /** As in the roster. */
  readonly role: number;
}

/** How a group stands after its newest event. */
export interface GroupRow {
  readonly epoch: number;
  readonly is_open: number;
  /** Empty unless it is open. */
  readonly title: string;
}

export interface OpenGroupRow {
  readonly id: ConversationId;
  readonly title: string;
  readonly members: number;
}

/** Open groups in one list, at most. */
const MAX_OPEN_LISTED = 1000;

/** Inserts the event of a place; false when there is one. Its certificate has to be there. */
export async function insertRosterEvent(tx: Tx, row: RosterEventRow): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO roster_events (conversation, epoch, hash, certificate, event)
     VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING`,
    [row.conversation, row.epoch, row.hash, row.certificate, row.event],
  );
  return inserted === 1;
}

/** Keeps a certificate, once. */
export async function keepRosterCertificate(tx: Tx, row: RosterCertificateRow): Promise<void> {
  await tx.run(
    'INSERT INTO roster_certificates (hash, certificate, aik) VALUES ($1, $2, $3) ON CONFLICT DO NOTHING',
    [row.hash, row.certificate, row.aik],
  );
}

/** Whether this is a current device of the account with this certificate (hash, 32 bytes), in the transaction. */
export async function holdsCertificate(
  tx: Tx,
  account: AccountId,
  device: DeviceId,
  certificate: Uint8Array,
): Promise<boolean> {
  const found = await tx.get(
    `SELECT 1 AS found FROM devices
     WHERE id = $1 AND account = $2 AND certificate_hash = $3 AND revoked_at IS NULL`,
    [device, account, certificate],
  );
  return found !== null;
}

/** Puts a member in, or over what stood there of them. */
export async function putMember(tx: Tx, conversation: ConversationId, row: GroupMemberRow): Promise<void> {
  await tx.run(
    `INSERT INTO members (conversation, account, identity, role) VALUES ($1, $2, $3, $4)
     ON CONFLICT (conversation, account) DO UPDATE SET identity = $5, role = $6`,
    [conversation, row.account, row.identity, row.role, row.identity, row.role],
  );
  await tx.run('DELETE FROM former_members WHERE conversation = $1 AND account = $2', [
    conversation,
    row.account,
  ]);
}

/** Takes a member out; `epoch` is that of the event that did it. */
export async function endMembership(
  tx: Tx,
  conversation: ConversationId,
  account: AccountId,
  epoch: number,
): Promise<void> {
  await tx.run('DELETE FROM members WHERE conversation = $1 AND account = $2', [conversation, account]);
  await tx.run('INSERT INTO former_members (conversation, account, epoch) VALUES ($1, $2, $3)', [
    conversation,
    account,
    epoch,
  ]);
}

/** Notes how a group stands now. */
export async function updateGroup(tx: Tx, id: ConversationId, row: GroupRow): Promise<void> {
  await tx.run('UPDATE conversations SET epoch = $1, is_open = $2, title = $3 WHERE id = $4', [
    row.epoch,
    row.is_open,
    row.title,
    id,
  ]);
}

/** Events after an epoch (-1 for all), in order, at most `limit`. */
export function rosterEvents(
  db: Db,
  conversation: ConversationId,
  after: number,
  limit: number,
): Promise<RosterEventRow[]> {
  return db.read<RosterEventRow>(
    'SELECT * FROM roster_events WHERE conversation = $1 AND epoch > $2 ORDER BY epoch LIMIT $3',
    [conversation, after, limit],
  );
}

/** Certificates by their hashes (32 bytes), in any order. */
export async function rosterCertificates(
  db: Db,
  hashes: readonly Uint8Array[],
): Promise<RosterCertificateRow[]> {
  if (hashes.length === 0) return [];
  const marks = hashes.map((_, index) => `$${index + 1}`).join(', ');
  return db.read<RosterCertificateRow>(`SELECT * FROM roster_certificates WHERE hash IN (${marks})`, hashes);
}

/** What decides whether an account may read a group's events; null for anything that is no group. */
export async function accessTo(
  db: Db,
  account: AccountId,
  id: ConversationId,
): Promise<{
  readonly is_open: number;
  /** 1 for a member. */
  readonly is_member: number;
  /** Epoch of the event that ended the membership, or null. */
  readonly ended: number | null;
} | null> {
  const [row] = await db.read<{ is_open: number; is_member: number; ended: number | null }>(
    `SELECT c.is_open, CASE WHEN m.account IS NULL THEN 0 ELSE 1 END AS is_member, f.epoch AS ended
     FROM conversations c
     LEFT JOIN members m ON m.conversation = c.id AND m.account = $1
     LEFT JOIN former_members f ON f.conversation = c.id AND f.account = $2
     WHERE c.id = $3 AND c.kind = 'group'`,
    [account, account, id],
  );
  return row ?? null;
}

/** Open groups that the account is not in, by title. */
export function openGroups(db: Db, account: AccountId): Promise<OpenGroupRow[]> {
  return db.read<OpenGroupRow>(
    `SELECT c.id, c.title, COUNT(m.account) AS members
     FROM conversations c LEFT JOIN members m ON m.conversation = c.id
     WHERE c.is_open = 1
       AND NOT EXISTS (SELECT 1 FROM members own WHERE own.conversation = c.id AND own.account = $1)
     GROUP BY c.id, c.title ORDER BY lower(c.title), c.id LIMIT $2`,
    [account, MAX_OPEN_LISTED],
  );
}
