/** Push subscriptions: one for each session that asked, deleted with it. */
import type { DeviceId } from '../contract/ids.ts';
import type { Db, Tx } from './db.ts';

export interface PushRow {
  readonly session: string;
  readonly device: DeviceId;
  readonly endpoint: string;
  /** 65 and 16 bytes. */
  readonly p256dh: Uint8Array;
  readonly auth: Uint8Array;
  /** Epoch milliseconds. */
  readonly created_at: number;
}

/** Where a device is woken; more than one when it has several sessions. */
export function subscriptionsOf(db: Db, device: DeviceId): Promise<PushRow[]> {
  return db.read<PushRow>('SELECT * FROM push_subscriptions WHERE device = $1', [device]);
}

/** Whether anything waits for the device. */
export async function isAwaited(db: Db, device: DeviceId): Promise<boolean> {
  return (await db.read('SELECT 1 AS one FROM envelopes WHERE device = $1 LIMIT 1', [device])).length > 0;
}

/** Keeps a session's subscription in place of the one it had. */
export async function putSubscription(tx: Tx, row: PushRow): Promise<void> {
  await tx.run(
    `INSERT INTO push_subscriptions (session, device, endpoint, p256dh, auth, created_at)
     VALUES ($1, $2, $3, $4, $5, $6)
     ON CONFLICT (session) DO UPDATE SET device = excluded.device, endpoint = excluded.endpoint,
       p256dh = excluded.p256dh, auth = excluded.auth, created_at = excluded.created_at`,
    [row.session, row.device, row.endpoint, row.p256dh, row.auth, row.created_at],
  );
}

/** Forgets where a session is woken. */
export async function deleteSubscription(tx: Tx, session: string): Promise<void> {
  await tx.run('DELETE FROM push_subscriptions WHERE session = $1', [session]);
}

/** Forgets an address that its push service knows no longer. */
export async function deleteEndpoint(tx: Tx, endpoint: string): Promise<void> {
  await tx.run('DELETE FROM push_subscriptions WHERE endpoint = $1', [endpoint]);
}
