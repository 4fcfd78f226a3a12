/** Envelopes: what waits for each device, in the relay's order. */
import type { DeviceId } from '../contract/ids.ts';
import type { Tx } from './db.ts';

/** Drops everything that waits for a device, and the bodies that nobody waits for any more: it was revoked. */
export async function dropEnvelopesOf(_tx: Tx, _device: DeviceId): Promise<void> {
  throw new Error('not built yet');
}
