/** Messages as the relay keeps them: one row for each post, and its body until nobody waits for it any more. */
import type { AccountId, BodyId, DeviceId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';

export interface MessageRow {
  /** The relay's order; the `seq` of every envelope of this message. */
  readonly number: number;
  readonly id: BodyId;
  /** The sender. */
  readonly account: AccountId;
  readonly device: DeviceId;
  /** SHA-256 of the whole post, 32 bytes. */
  readonly post_hash: Uint8Array;
  /** Epoch milliseconds. */
  readonly accepted_at: number;
  /** Envelopes stored. */
  readonly recipients: number;
}

/** What is needed to answer a repeated post. */
export type KnownMessage = Pick<MessageRow, 'post_hash' | 'accepted_at' | 'recipients'>;

export interface StatusRow {
  readonly id: BodyId;
  /** Device ids, 32 characters each, one after another. */
  readonly delivered: string;
  readonly expired: string;
  readonly waiting: number;
}

/** Whom to tell what became of a message. */
export type Sender = Pick<MessageRow, 'id' | 'account' | 'device'>;

interface Settled extends Sender {
  readonly waiting: number;
}

/** Numbers that follow the clock in microseconds leave room for a thousand messages a millisecond. */
const NUMBERS_PER_MS = 1000;

/** Reserves `count` numbers above every earlier one; gives the first. `now` in epoch milliseconds. */
export async function reserveNumbers(tx: Tx, count: number, now: number): Promise<number> {
  const floor = now * NUMBERS_PER_MS;
  const row = await tx.get<{ highest: number }>(
    `UPDATE message_numbers SET highest = CASE WHEN highest < $1 THEN $2 ELSE highest END + $3
     WHERE only_row = 1 RETURNING highest`,
    [floor, floor, count],
  );
  if (!row) throw new Error('the message_numbers row is missing');
  return row.highest - count + 1;
}

/** Stores a message with its body, unless nobody gets it; false when the id is known already. */
export async function insertMessage(tx: Tx, row: MessageRow, body: Uint8Array): Promise<boolean> {
  const inserted = await tx.run(
    `INSERT INTO messages (number, id, account, device, post_hash, accepted_at, recipients, waiting)
     VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT (id) DO NOTHING`,
    [
      row.number,
      row.id,
      row.account,
      row.device,
      row.post_hash,
      row.accepted_at,
      row.recipients,
      row.recipients,
    ],
  );
  if (inserted === 0) return false;
  if (row.recipients > 0)
    await tx.run('INSERT INTO bodies (number, body) VALUES ($1, $2)', [row.number, body]);
  return true;
}

/** The message of this id, or null. */
export function knownMessage(tx: Tx, id: BodyId): Promise<KnownMessage | null> {
  return tx.get<KnownMessage>('SELECT post_hash, accepted_at, recipients FROM messages WHERE id = $1', [id]);
}

/**
 * Notes that `count` envelopes of a message were deleted, with the device ids to remember (32 characters each, one after
 * another), and deletes the body with the last one. Gives the sender, or null for an unknown number.
 */
export async function settleEnvelopes(
  tx: Tx,
  number: number,
  count: number,
  devices: { readonly delivered: string; readonly expired: string },
): Promise<Sender | null> {
  const row = await tx.get<Settled>(
    `UPDATE messages SET waiting = waiting - $1, delivered = delivered || $2, expired = expired || $3
     WHERE number = $4 RETURNING id, account, device, waiting`,
    [count, devices.delivered, devices.expired, number],
  );
  if (row?.waiting === 0) await tx.run('DELETE FROM bodies WHERE number = $1', [number]);
  return row;
}

/** What became of a message of this account, or null. */
export async function statusOf(db: Db, account: AccountId, id: BodyId): Promise<StatusRow | null> {
  const [row] = await db.read<StatusRow>(
    'SELECT id, delivered, expired, waiting FROM messages WHERE id = $1 AND account = $2',
    [id, account],
  );
  return row ?? null;
}

/** Everything below this number was accepted before `before` (epoch milliseconds), as long as the clock was right. */
export const numberBefore = (before: number): number => before * NUMBERS_PER_MS;

/** Forgets at most `limit` messages that nobody waits for and that were accepted before `before` (epoch milliseconds). */
export function forgetMessages(tx: Tx, before: number, limit: number): Promise<number> {
  return tx.run(
    `DELETE FROM messages WHERE number IN
     (SELECT number FROM messages WHERE number < $1 AND accepted_at < $2 AND waiting = 0 ORDER BY number LIMIT $3)`,
    [numberBefore(before), before, limit],
  );
}
