/**
 * The private halves of this device's prekeys, in the store `prekeys`: `signed/ID` is kept 21 days after a newer one took
 * its place; `once/ID` is deleted by the commit that opens the first message sealed to it (protocol/README 3, 4).
 */
import { ProtocolError } from '../protocol/errors.ts';
import { hash } from '../protocol/hash.ts';
import { leafHash } from '../protocol/merkle.ts';
import { decodePrekeyBatch, decodeSignedPrekey, type PrekeySecret } from '../protocol/prekeys.ts';
import type { OwnPrekeys } from '../protocol/session.ts';
import type { InitFields } from '../protocol/session-state.ts';
import type { Operation, Reads } from './operation.ts';
import { readRecord } from './operation.ts';
import type { Change } from './ports.ts';
import { bytes, decodeStored, encodeStored, nullable, number, type Of, record } from './stored.ts';

/** Far more ids than a device uses in its life; ids are u32. */
const IDS_SKIPPED = 1 << 20;

/** One private half. */
export const StoredPrekey = record({
  id: number,
  /** X25519 secret, 32 bytes, and ML-KEM-768 seed, 64 bytes. */
  x25519: bytes,
  kem: bytes,
  /** Epoch milliseconds. */
  created: number,
  /** What a handshake binds: H of the signed statement, or the leaf's hash in its batch; 32 bytes. */
  hash: bytes,
  /** When a newer signed prekey took its place; null for the current one and for one-time keys. */
  replacedAt: nullable(number),
});
export type StoredPrekey = Of<typeof StoredPrekey>;

/** As createSignedPrekey gives it. */
export interface NewSignedPrekey {
  readonly signed: Uint8Array;
  readonly secret: PrekeySecret;
}
/** As createPrekeyBatch gives it. */
export interface NewPrekeyBatch {
  readonly batch: Uint8Array;
  readonly secrets: readonly PrekeySecret[];
}

/** Key of a prekey: its kind, then its id in hexadecimal, so that the newest sorts last. */
export function prekeyKey(kind: 'signed' | 'once', id: number): string {
  return `${kind}/${id.toString(16).padStart(8, '0')}`;
}

/**
 * The changes that store new private halves, and the next free id. Each secret must belong to a public half of the signed
 * record; throws ProtocolError E_FORMAT otherwise.
 */
export function ownPrekeyChanges(signed: NewSignedPrekey | null, batch: NewPrekeyBatch | null): Change[] {
  const put = (kind: 'signed' | 'once', secret: PrekeySecret, bound: Uint8Array): Change => ({
    store: 'prekeys',
    key: prekeyKey(kind, secret.id),
    value: encodeStored(StoredPrekey, { ...secret, hash: bound, replacedAt: null }),
  });
  const changes: Change[] = [];
  const ids: number[] = [];
  if (signed !== null) {
    const decoded = decodeSignedPrekey(signed.signed);
    if (decoded.prekey.id !== signed.secret.id)
      throw new ProtocolError('E_FORMAT', 'a secret of another prekey');
    changes.push(put('signed', signed.secret, decoded.hash));
    ids.push(signed.secret.id);
  }
  if (batch !== null) {
    const { leaves, ids: named } = decodePrekeyBatch(batch.batch);
    for (const [i, secret] of batch.secrets.entries()) {
      const leaf = leaves[i];
      if (leaf === undefined || named[i] !== secret.id)
        throw new ProtocolError('E_FORMAT', 'a secret of another prekey');
      changes.push(put('once', secret, leafHash(hash, leaf)));
      ids.push(secret.id);
    }
  }
  if (ids.length > 0) {
    changes.push({ store: 'meta', key: 'next-prekey', value: encodeStored(number, Math.max(...ids) + 1) });
  }
  return changes;
}

/** The private halves that a handshake names, or null when one of them is gone. */
export async function handshakePrekeys(reads: Reads, init: InitFields): Promise<OwnPrekeys | null> {
  const signed = await readRecord(reads, 'prekeys', prekeyKey('signed', init.signedPrekeyId), StoredPrekey);
  if (signed === null) return null;
  const signedPrekey = { secret: secretOf(signed), hash: signed.hash };
  if (init.oneTimeId === null) return { signedPrekey, oneTime: null };
  const once = await readRecord(reads, 'prekeys', prekeyKey('once', init.oneTimeId), StoredPrekey);
  if (once === null) return null;
  return { signedPrekey, oneTime: { secret: secretOf(once), leafHash: once.hash } };
}

const secretOf = ({ id, x25519, kem, created }: StoredPrekey): PrekeySecret => ({ id, x25519, kem, created });

/**
 * The storage was put back: ids that it would give out may be taken, and the current signed prekey may have been replaced.
 * A new one is due at once.
 */
export async function forgetPrekeysOfPast(op: Operation): Promise<void> {
  const next = (await readRecord(op, 'meta', 'next-prekey', number)) ?? 1;
  op.write('meta', 'next-prekey', number, next + IDS_SKIPPED);
  op.remove('meta', 'prekey-upload');
  const [newest] = await op.list('prekeys', { prefix: 'signed/', reverse: true, limit: 1 });
  if (newest === undefined) return;
  op.write('prekeys', newest[0], StoredPrekey, { ...decodeStored(StoredPrekey, newest[1]), created: 0 });
}

/** A one-time key was used: its private half goes with the commit of the message. */
export function removeOneTime(op: Operation, id: number): void {
  op.remove('prekeys', prekeyKey('once', id));
}
