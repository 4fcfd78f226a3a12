/** What the relay remembers of each post: one row, written once, for a month. */
import type { AccountId, BodyId, DeviceId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';
import { rowsInto } from './many-rows.ts';

export interface MessageRow {
  /** The relay's order; the `seq` of every envelope of this message. */
  readonly number: number;
  readonly id: BodyId;
  /** The sender. */
  readonly account: AccountId;
  /** SHA-256 of the whole post, 32 bytes. */
  readonly post_hash: Uint8Array;
  /** Epoch milliseconds. */
  readonly accepted_at: number;
  /** Devices that an envelope was stored for: ids of 32 characters, one after another. */
  readonly recipients: string;
}

/** What is needed to answer a repeated post. */
export type KnownMessage = Pick<MessageRow, 'number' | 'post_hash' | 'accepted_at' | 'recipients'>;

export interface StatusRow extends Pick<MessageRow, 'number' | 'id' | 'recipients'> {
  /** Devices whose envelope expired, written as `recipients`. */
  readonly expired: string;
}

/** Numbers that follow the clock in microseconds leave room for a thousand messages a millisecond. */
const NUMBERS_PER_MS = 1000;

/** Everything below this number was accepted before `before` (epoch milliseconds), as long as the clock was right. */
export const numberBefore = (before: number): number => before * NUMBERS_PER_MS;

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

/** Ids of devices, written one after another. */
export function devicesIn(text: string): DeviceId[] {
  return (text.match(/.{32}/g) ?? []) as DeviceId[];
}

/** The last number that was reserved: whatever has it or a lower one is stored, or never will be. */
export async function newestNumber(db: Db): Promise<number> {
  const [row] = await db.read<{ highest: number }>(
    'SELECT highest FROM message_numbers WHERE only_row = 1',
    [],
  );
  return row?.highest ?? 0;
}

const intoMessages = rowsInto({
  name: 'messages',
  columns: ['number', 'id', 'account', 'post_hash', 'accepted_at', 'recipients'],
  ending: 'ON CONFLICT (id) DO NOTHING',
});

/** Stores messages with numbers that were just reserved; gives the numbers of those whose id was not known: of two alike, of the first. */
export async function insertMessages(tx: Tx, rows: readonly MessageRow[]): Promise<ReadonlySet<number>> {
  const values = rows.map((row) => [
    row.number,
    row.id,
    row.account,
    row.post_hash,
    row.accepted_at,
    row.recipients,
  ]);
  const numbers = rows.map(({ number }) => number);
  if ((await intoMessages(tx, values)) === rows.length) return new Set(numbers);
  const stored = await tx.all<{ number: number }>(
    'SELECT number FROM messages WHERE number >= $1 AND number <= $2',
    [numbers[0] ?? 0, numbers.at(-1) ?? 0],
  );
  return new Set(stored.map(({ number }) => number));
}

/** The message of this id, or null. */
export function knownMessage(tx: Tx, id: BodyId): Promise<KnownMessage | null> {
  return tx.get<KnownMessage>(
    'SELECT number, post_hash, accepted_at, recipients FROM messages WHERE id = $1',
    [id],
  );
}

/** A message of this account, or null. */
export async function messageOf(db: Db, account: AccountId, id: BodyId): Promise<StatusRow | null> {
  const [row] = await db.read<StatusRow>(
    'SELECT number, id, recipients, expired FROM messages WHERE id = $1 AND account = $2',
    [id, account],
  );
  return row ?? null;
}

/** Notes that the envelope of this device expired. */
export function noteExpired(tx: Tx, number: number, device: DeviceId): Promise<number> {
  return tx.run('UPDATE messages SET expired = expired || $1 WHERE number = $2', [device, number]);
}

/** Notes that this device is no recipient any more. */
export function removeRecipient(tx: Tx, number: number, device: DeviceId): Promise<number> {
  return tx.run("UPDATE messages SET recipients = replace(recipients, $1, '') WHERE number = $2", [
    device,
    number,
  ]);
}

/** Forgets at most `limit` messages that nobody waits for and that were accepted before `before` (epoch milliseconds). */
export function forgetMessages(tx: Tx, before: number, limit: number): Promise<number> {
  return tx.run(
    `DELETE FROM messages WHERE number IN
     (SELECT m.number FROM messages m WHERE m.number < $1 AND m.accepted_at < $2
      AND NOT EXISTS (SELECT 1 FROM bodies b WHERE b.number = m.number) ORDER BY m.number LIMIT $3)`,
    [numberBefore(before), before, limit],
  );
}
