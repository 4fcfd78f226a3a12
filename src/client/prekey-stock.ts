/**
 * Keeps prekeys published: a new signed one every 7 days, a new batch below 25. Private halves are on the disk, and read
 * back, before the public ones leave; an upload with an unknown outcome repeats the same bytes (protocol/README 3,
 * R40).
 */

import { toBase64 } from '../contract/bytes.ts';
import { PREKEY_BATCH, PREKEY_REFILL_BELOW } from '../contract/limits.ts';
import { t } from '../contract/words.ts';
import {
  createPrekeyBatch,
  createSignedPrekey,
  SIGNED_PREKEY_KEPT_MS,
  SIGNED_PREKEY_ROTATION_MS,
} from '../protocol/prekeys.ts';
import type { Context } from './context.ts';
import { type Operation, type Reads, readRecord } from './operation.ts';
import { ownPrekeyChanges, prekeyKey, StoredPrekey } from './own-prekeys.ts';
import { TransportRefused } from './ports.ts';
import { bytes, decodeStored, nullable, number, record } from './stored.ts';

/** What is stored and not yet known to be published. */
const Upload = record({ signedPrekey: nullable(bytes), batch: nullable(bytes) });

/** Does what is due. Throws TransportFailed or TransportRefused; calling it again goes on where it stopped. */
export async function tendPrekeys(ctx: Context): Promise<void> {
  await publishStored(ctx);
  const { remaining } = await ctx.transport.prekeyStock();
  const wantsBatch = remaining < PREKEY_REFILL_BELOW;
  const wantsSigned = await isRotationDue(ctx.storage, ctx.now());
  if (wantsBatch || wantsSigned) {
    await makePrekeys(ctx, wantsSigned, wantsBatch);
    await publishStored(ctx);
  }
  await ctx.operate((op) => dropOldPrekeys(op, ctx.now()));
}

async function currentSigned(reads: Reads): Promise<StoredPrekey | null> {
  const [newest] = await reads.list('prekeys', { prefix: 'signed/', reverse: true, limit: 1 });
  return newest === undefined ? null : decodeStored(StoredPrekey, newest[1]);
}

async function isRotationDue(reads: Reads, now: number): Promise<boolean> {
  const current = await currentSigned(reads);
  return current === null || now - current.created >= SIGNED_PREKEY_ROTATION_MS;
}

/** Makes the keys outside the lock, and stores them unless another tab was faster. */
async function makePrekeys(ctx: Context, signedToo: boolean, batchToo: boolean): Promise<void> {
  const first = (await readRecord(ctx.storage, 'meta', 'next-prekey', number)) ?? 1;
  const { crypto, self } = ctx;
  const signed = signedToo ? await createSignedPrekey(crypto, self.signing, first) : null;
  const batch = batchToo ? await createPrekeyBatch(crypto, self.signing, first + 1, PREKEY_BATCH) : null;
  const stored = await ctx.operate(async (op) => {
    const next = (await readRecord(op, 'meta', 'next-prekey', number)) ?? 1;
    if (next !== first || (await op.get('meta', 'prekey-upload')) !== null) return false;
    for (const { store, key, value } of ownPrekeyChanges(signed, batch)) {
      if (value !== null) op.writeBytes(store, key, value);
    }
    op.write('meta', 'prekey-upload', Upload, {
      signedPrekey: signed?.signed ?? null,
      batch: batch?.batch ?? null,
    });
    return true;
  });
  if (stored && signed !== null) await readBack(ctx.storage, prekeyKey('signed', signed.secret.id));
  if (stored && batch !== null) {
    for (const { id } of batch.secrets) await readBack(ctx.storage, prekeyKey('once', id));
  }
}

async function readBack(reads: Reads, key: string): Promise<void> {
  if ((await readRecord(reads, 'prekeys', key, StoredPrekey)) === null) {
    throw new Error(t('This device could not keep its prekeys.'));
  }
}

async function publishStored(ctx: Context): Promise<void> {
  const upload = await readRecord(ctx.storage, 'meta', 'prekey-upload', Upload);
  if (upload === null) return;
  const { signedPrekey, batch } = upload;
  try {
    await ctx.transport.uploadPrekeys({
      ...(signedPrekey === null ? {} : { signedPrekey: toBase64(signedPrekey) }),
      ...(batch === null ? {} : { batch: toBase64(batch) }),
    });
  } catch (error) {
    // What the server will never take must not keep newer keys from being made.
    if (
      error instanceof TransportRefused &&
      error.status >= 400 &&
      error.status < 500 &&
      error.status !== 401 &&
      error.status !== 429
    ) {
      await ctx.operate(async (op) => op.remove('meta', 'prekey-upload'));
    }
    throw error;
  }
  await ctx.operate(async (op) => {
    op.remove('meta', 'prekey-upload');
    if (signedPrekey === null) return;
    const entries = await op.list('prekeys', { prefix: 'signed/', reverse: true });
    for (const [key, value] of entries.slice(1)) {
      const old = decodeStored(StoredPrekey, value);
      if (old.replacedAt === null) op.write('prekeys', key, StoredPrekey, { ...old, replacedAt: ctx.now() });
    }
  });
}

/** Signed prekeys that were replaced 21 days ago go, with the handshakes that were remembered for their sake [R24]. */
async function dropOldPrekeys(op: Operation, now: number): Promise<void> {
  for (const [key, value] of await op.list('prekeys', { prefix: 'signed/' })) {
    const prekey = decodeStored(StoredPrekey, value);
    if (prekey.replacedAt === null || now - prekey.replacedAt < SIGNED_PREKEY_KEPT_MS) continue;
    op.remove('prekeys', key);
    for (const [record] of await op.list('replay', { prefix: `init/${prekey.id.toString(16)}.` }))
      op.remove('replay', record);
  }
}
