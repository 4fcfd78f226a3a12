/** Bodies that somebody still waits for, with whom to tell about them. */
import type { AccountId, BodyId, DeviceId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';
import { rowsInto } from './many-rows.ts';

/** Whom to tell what became of a message. */
export interface Sender {
  readonly id: BodyId;
  readonly account: AccountId;
  readonly device: DeviceId;
}

export interface BodyRow extends Sender {
  readonly number: number;
  /** Epoch milliseconds. */
  readonly accepted_at: number;
  /** Envelopes stored. */
  readonly waiting: number;
  /** Bytes of the largest of them. */
  readonly envelope_bytes: number;
  readonly body: Uint8Array;
}

const intoBodies = rowsInto({
  name: 'bodies',
  columns: ['number', 'id', 'account', 'device', 'accepted_at', 'waiting', 'envelope_bytes', 'body'],
});

/** Stores bodies. */
export function insertBodies(tx: Tx, rows: readonly BodyRow[]): Promise<number> {
  const values = rows.map((row) => [
    row.number,
    row.id,
    row.account,
    row.device,
    row.accepted_at,
    row.waiting,
    row.envelope_bytes,
    row.body,
  ]);
  return intoBodies(tx, values);
}

/** Notes that `count` envelopes were deleted; the body goes with the last one. Null for an unknown number. */
export async function settleBody(tx: Tx, number: number, count: number): Promise<Sender | null> {
  const last = await tx.get<Sender>(
    'DELETE FROM bodies WHERE number = $1 AND waiting = $2 RETURNING id, account, device',
    [number, count],
  );
  return (
    last ??
    tx.get<Sender>(
      'UPDATE bodies SET waiting = waiting - $1 WHERE number = $2 RETURNING id, account, device',
      [count, number],
    )
  );
}

/** Bytes of bodies and envelopes that wait: of one sender, or of everybody. Reads a row for each message, without its body. */
export async function waitingBytes(tx: Tx, account: AccountId | null): Promise<number> {
  const sum = 'SELECT COALESCE(SUM(LENGTH(body) + waiting * envelope_bytes), 0) AS bytes FROM bodies';
  const row =
    account === null
      ? await tx.get<{ bytes: number }>(sum)
      : await tx.get<{ bytes: number }>(`${sum} WHERE account = $1`, [account]);
  return Number(row?.bytes ?? 0);
}

/** True while somebody waits for this message. */
export async function isWaitedFor(db: Db, number: number): Promise<boolean> {
  return (await db.read('SELECT 1 AS found FROM bodies WHERE number = $1', [number])).length > 0;
}
