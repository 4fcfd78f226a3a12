/** What a device uploads to be reached: a signed prekey, a batch of one-time prekeys, or both. */

import type { DeviceId } from '../contract/ids.ts';
import { PREKEY_BATCH } from '../contract/limits.ts';
import { sentence } from '../contract/words.ts';
import type { Crypto } from '../protocol/ports.ts';
import type { Tx } from '../store/db.ts';
import * as store from '../store/prekeys.ts';
import { type VerifiedBatch, verifyBatch, verifyStatement } from './published.ts';
import { invalid, Refusal } from './refusal.ts';

export interface PrekeyUploadBytes {
  readonly signedPrekey: Uint8Array | null;
  readonly batch: Uint8Array | null;
}

export interface VerifiedPrekeys {
  readonly statement: store.SignedPrekeyRow | null;
  readonly batch: VerifiedBatch | null;
}

/** One-time prekeys kept for one device: what is left of an old batch, and new ones. */
const MAX_STOCK = 3 * PREKEY_BATCH;

/** Checks both under the device's signing key (1,984 bytes). ValidationError on the field that is wrong. */
export async function verifyPrekeys(
  crypto: Crypto,
  device: DeviceId,
  signingKey: Uint8Array,
  upload: PrekeyUploadBytes,
): Promise<VerifiedPrekeys> {
  return {
    statement:
      upload.signedPrekey && (await verifyStatement(crypto, device, signingKey, upload.signedPrekey)),
    batch: upload.batch && (await verifyBatch(crypto, signingKey, upload.batch)),
  };
}

/** Stores what was verified. The same batch again changes nothing: its answer may have been lost on the way. */
export async function storePrekeys(
  tx: Tx,
  device: DeviceId,
  { statement, batch }: VerifiedPrekeys,
): Promise<void> {
  if (statement && !(await store.putSignedPrekey(tx, statement)))
    throw invalid({ signedPrekey: ['This signed prekey is older than the one that is here.'] });
  if (!batch || (await store.hasBatch(tx, device, batch.id))) return;
  const highest = await store.highestOneTime(tx, device);
  if (batch.leaves.some((leaf) => leaf.id <= highest))
    throw invalid({ batch: ['One-time prekeys need ids that were never used before.'] });
  if ((await store.remainingOf(tx, device)) + batch.size > MAX_STOCK)
    throw new Refusal(
      'Conflict',
      sentence('There are enough one-time prekeys here: {n} at most.', { n: MAX_STOCK }),
    );
  await store.insertBatch(tx, device, batch, batch.leaves);
}
