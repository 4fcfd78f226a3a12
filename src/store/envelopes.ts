/** Envelopes: what waits for each device, in the relay's order. */
import type { AccountId, BodyId, DeviceId } from '../contract/ids.ts';
import { settleBody } from './bodies.ts';
import type { Db, Tx } from './db.ts';
import { rowsInto } from './many-rows.ts';
import { numberBefore, removeRecipient } from './messages.ts';

/** An envelope with what the device needs of its message. */
export interface PendingRow {
  readonly number: number;
  readonly id: BodyId;
  readonly account: AccountId;
  readonly device: DeviceId;
  readonly accepted_at: number;
  /** How often it was handed out before. */
  readonly attempts: number;
  readonly body: Uint8Array;
  readonly envelope: Uint8Array;
}

/** Which envelope. */
export interface EnvelopeKey {
  readonly device: DeviceId;
  readonly number: number;
}

/** An envelope of a device. */
export interface EnvelopeRow extends EnvelopeKey {
  readonly envelope: Uint8Array;
}

const intoEnvelopes = rowsInto({
  name: 'envelopes',
  columns: ['device', 'number', 'attempts', 'envelope'],
});

/** Stores envelopes. */
export function insertEnvelopes(tx: Tx, rows: readonly EnvelopeRow[]): Promise<number> {
  return intoEnvelopes(
    tx,
    rows.map(({ device, number, envelope }) => [device, number, 0, envelope]),
  );
}

/** Whose envelopes are asked for, and after which number. */
export interface PendingAsked {
  readonly device: DeviceId;
  readonly after: number;
}

export interface PendingOfMany extends PendingRow {
  /** Whose envelope it is; `device` is the sender's. */
  readonly recipient: DeviceId;
  /** Bytes of ciphertext of it and of what comes before it for the same device. */
  readonly total: number;
}

/** How much is given for each device. */
export interface PendingLimit {
  readonly rows: number;
  /** Bytes of ciphertext; with the envelope that reaches it, nothing more comes. */
  readonly bytes: number;
}

/** Devices that are asked for at once, at most. */
export const MOST_ASKED = 16;

/** What waits for each of these devices, at most MOST_ASKED; of one device oldest first. What is beyond the limit is not even read. */
export function pendingOfMany(
  db: Db,
  asked: readonly PendingAsked[],
  { rows, bytes }: PendingLimit,
): Promise<PendingOfMany[]> {
  const branches = BRANCHES.find((count) => count >= asked.length) ?? MOST_ASKED;
  const params = Array.from({ length: branches }, (_, index) => asked[index]).flatMap((each) => [
    each?.device ?? '',
    each?.after ?? 0,
    rows,
    bytes,
  ]);
  return db.read<PendingOfMany>(pendingOfSome(branches), params);
}

/** Whether there may be more than these rows of one device. */
export const mayGoOn = (found: readonly PendingOfMany[], { rows, bytes }: PendingLimit): boolean =>
  found.length >= rows || (found.at(-1)?.total ?? 0) >= bytes;

/** A few lengths, so that these are a few prepared statements; the rest of one asks for nobody. */
const BRANCHES = [1, 4, MOST_ASKED] as const;

/** One walk along the primary key for each device, whatever a planner knows of the tables. */
function pendingOfSome(branches: number): string {
  const one = (_: unknown, index: number) =>
    `SELECT * FROM (SELECT p${index}.*, SUM(length(body) + length(envelope)) OVER (ORDER BY number ROWS UNBOUNDED PRECEDING) AS total FROM
     (SELECT e.device AS recipient, e.number, b.id, b.account, b.device, b.accepted_at, e.attempts, b.body, e.envelope
     FROM envelopes e JOIN bodies b ON b.number = e.number
     WHERE e.device = $${index * 4 + 1} AND e.number > $${index * 4 + 2} ORDER BY e.number LIMIT $${index * 4 + 3}) AS p${index}) AS s${index}
     WHERE total - length(body) - length(envelope) < $${index * 4 + 4}`;
  return Array.from({ length: branches }, one).join(' UNION ALL ');
}

/** Counts one more attempt for each envelope of the device from number `first` to `last`. */
export async function countAttempts(tx: Tx, device: DeviceId, first: number, last: number): Promise<void> {
  await tx.run(
    'UPDATE envelopes SET attempts = attempts + 1 WHERE device = $1 AND number >= $2 AND number <= $3',
    [device, first, last],
  );
}

/** Deletes one envelope; gives 0 when it is not there (any more). Its body has to be settled after it. */
export function deleteEnvelope(tx: Tx, { device, number }: EnvelopeKey): Promise<number> {
  return tx.run('DELETE FROM envelopes WHERE device = $1 AND number = $2', [device, number]);
}

/** Which of these devices still wait for the message. */
export async function waitingFor(
  from: Db | Tx,
  number: number,
  devices: readonly DeviceId[],
): Promise<DeviceId[]> {
  const read = (params: readonly (string | number)[]): Promise<{ readonly device: DeviceId }[]> =>
    'read' in from ? from.read(WAITING, params) : from.all(WAITING, params);
  const waiting: DeviceId[] = [];
  for (let at = 0; at < devices.length; at += CHUNK) {
    const chunk = devices.slice(at, at + CHUNK);
    const padded = [...chunk, ...Array<string>(CHUNK - chunk.length).fill('')];
    const rows = await read([number, ...padded]);
    waiting.push(...rows.map((row) => row.device));
  }
  return waiting;
}

/** Always as many parameters, so that it is one prepared statement and not one for each length. */
const CHUNK = 50;
const WAITING = `SELECT device FROM envelopes WHERE number = $1 AND device IN (${Array.from(
  { length: CHUNK },
  (_, index) => `$${index + 2}`,
).join(', ')})`;

/**
 * At most `limit` envelopes accepted before `before` (epoch milliseconds). Looked up device by device, because an index
 * by age would cost every message two more writes.
 */
export function envelopesBefore(tx: Tx, before: number, limit: number): Promise<EnvelopeKey[]> {
  return tx.all<EnvelopeKey>(
    `SELECT e.device, e.number FROM devices d CROSS JOIN envelopes e WHERE e.device = d.id AND e.number < $1 LIMIT $2`,
    [numberBefore(before), limit],
  );
}

/** Drops everything that waits for a device, and the bodies that nobody waits for any more: it was revoked. */
export async function dropEnvelopesOf(tx: Tx, device: DeviceId): Promise<void> {
  const numbers = await tx.all<{ number: number }>('SELECT number FROM envelopes WHERE device = $1', [
    device,
  ]);
  await tx.run('DELETE FROM envelopes WHERE device = $1', [device]);
  for (const { number } of numbers) {
    await removeRecipient(tx, number, device);
    await settleBody(tx, number, 1);
  }
}
